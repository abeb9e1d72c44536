"""Strategies that enter, tell how it goes, and leave: each writes its alerts in a convention of its own."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scripts.demo.market import Market

STOP_NERVES, TARGET_R = 4.0, 2.0
ENTER, TELL = 0.12, 0.15  # chances a bar


@dataclass
class Trade:
    """An open position; `risk` is entry to stop, in price."""

    ref: str
    side: str
    entry: float
    stop: float
    target: float
    risk: float
    best: float = 0.0
    worst: float = 0.0


class Strategy:
    """One market traded under one source."""

    def __init__(self, source: str, market: Market, chance: random.Random) -> None:
        self.source, self.market, self._chance = source, market, chance
        self._trade: Trade | None = None
        self._count = 0

    def bar(self) -> Iterator[str]:
        """The alerts that the market's newest bar brings."""
        if self._trade is None:
            if self._chance.random() < ENTER:
                yield self._enter()
            return
        trade, price = self._trade, self.market.price
        r = (price - trade.entry) / trade.risk * (1 if trade.side == "buy" else -1)
        trade.best, trade.worst = max(trade.best, r), min(trade.worst, r)
        if r <= -1 or r >= TARGET_R:
            yield self._leave(trade, "stop" if r < 0 else "target", r)
        elif self._chance.random() < TELL:
            yield self._told(trade, "UPDATE", {"mfe_r": round(trade.best, 2), "mae_r": round(trade.worst, 2)})

    def _enter(self) -> str:
        market, self._count = self.market, self._count + 1
        side = "buy" if self._chance.random() < 0.5 + market.drift / market.nerves / 2 else "sell"
        way = 1 if side == "buy" else -1
        risk = max(2 * market.tick, market.price * market.nerves * STOP_NERVES)
        stop, target = market.rounded(market.price - way * risk), market.rounded(market.price + way * TARGET_R * risk)
        ref = f"{self.source}-{datetime.now(UTC):%H%M%S}-{self._count}"
        self._trade = Trade(ref, side, market.price, stop, target, abs(market.price - stop))
        if self.source.endswith("lines"):
            return f"{side.upper()} {market.symbol} @ {market.price} sl={stop} tp={target} id={ref} time={now()}"
        levels = {"price": market.price, "stop_loss": stop, "take_profit": target}
        return self._json({"event": "ENTRY", "action": side, "trade_id": ref, **levels})

    def _leave(self, trade: Trade, why: str, r: float) -> str:
        self._trade = None
        fields = {"exit_price": self.market.price, "exit_reason": why, "outcome_r": round(r, 2)}
        return self._told(trade, "EXIT", fields | {"mfe_r": round(trade.best, 2), "mae_r": round(trade.worst, 2)})

    def _told(self, trade: Trade, event: str, fields: dict[str, object]) -> str:
        return self._json({"event": event, "trade_id": trade.ref, **fields})

    def _json(self, fields: dict[str, object]) -> str:
        market = {"symbol": self.market.symbol, "exchange": self.market.exchange, "interval": "1"}
        return json.dumps({**market, **fields, "timenow": now(), "strategy": f"DEMO {self.source}"})


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
