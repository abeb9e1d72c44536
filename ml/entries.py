"""Entries made by a rule from bars, in the words of an alert, so that bars can stand in for alerts in training."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from ml.bars import Bars, Floats, Ints
from ml.features import History
from ml.labels import Barriers, Outcome

WARM_UP = 60  # bars until the averages below mean something


@dataclass(frozen=True, slots=True)
class Rule:
    """A crossing of two averages; stop `stop_atr` true ranges away, target `reward` times that, `limit` in bars."""

    fast: int = 8
    slow: int = 21
    stop_atr: float = 1.5
    reward: float = 2.0
    limit: int = 48

    def plain(self) -> dict[str, float]:
        """For the card."""
        return {"fast": self.fast, "slow": self.slow, "stop_atr": self.stop_atr, "reward": self.reward,
                "limit_bars": self.limit}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Indicators:
    """Averages over bars; each value knows its own bar and those before it, nothing later."""

    fast: Floats
    slow: Floats
    atr: Floats
    rsi: Floats
    volume: Floats
    crossings: Ints


def indicators(bars: Bars, rule: Rule) -> Indicators:
    """Wilder's ATR and RSI (14), exponential averages of close and volume, and the bars where the averages cross."""
    before = np.concatenate(([bars.close[0]], bars.close[:-1]))
    ranges = np.maximum(bars.high, before) - np.minimum(bars.low, before)
    change = bars.close - before
    gain, loss = _smooth(np.maximum(change, 0.0), 1 / 14), _smooth(np.maximum(-change, 0.0), 1 / 14)
    both = gain + loss
    rsi = np.where(both > 0, 100.0 * gain / np.where(both > 0, both, 1.0), 50.0)
    fast, slow = _smooth(bars.close, 2 / (rule.fast + 1)), _smooth(bars.close, 2 / (rule.slow + 1))
    above = fast > slow
    crossings = np.flatnonzero(above[1:] != above[:-1]) + 1
    volume = _smooth(bars.volume, 2 / 51)
    return Indicators(fast, slow, _smooth(ranges, 1 / 14), rsi, volume, crossings[crossings >= WARM_UP])


def signal(bars: Bars, known: Indicators, rule: Rule, i: int) -> dict[str, Any]:
    """The alert that a script would have sent at the close of bar `i`, in the words of a signal's row."""
    side = 1 if known.fast[i] > known.slow[i] else -1
    price, atr = float(bars.close[i]), float(known.atr[i])
    risk = rule.stop_atr * atr
    trend = float(np.tanh((known.slow[i] - known.slow[i - 10]) / (atr or 1.0)))
    usual = float(known.volume[i])
    return {
        "side": "buy" if side > 0 else "sell",
        "price": price,
        "stop": price - side * risk,
        "targets": [price + side * rule.reward * risk],
        "interval": f"{bars.seconds}S",
        "received_at": datetime.fromtimestamp(int(bars.time[i]) + bars.seconds, UTC),
        "open": float(bars.open[i]),
        "high": float(bars.high[i]),
        "low": float(bars.low[i]),
        "close": price,
        "atr": atr,
        "rsi": float(known.rsi[i]),
        "trend_alignment": side * trend,
        "strength": min(1.0, abs(float(known.fast[i] - known.fast[i - 1])) / (atr or 1.0)),
        "volume_ratio": float(bars.volume[i]) / usual if usual > 0 else None,
    }


def barriers(alert: dict[str, Any], rule: Rule) -> Barriers:
    """The trade an alert of `signal` asks for."""
    side = 1 if alert["side"] == "buy" else -1
    return Barriers(side, alert["price"], alert["stop"], alert["targets"][0], rule.limit)


class Record:
    """What was known of a source before each entry: its spacing, run of sides, and the trades closed by then."""

    def __init__(self) -> None:
        self._known: deque[tuple[datetime, str, datetime, float | None]] = deque(maxlen=200)

    def before(self, alert: dict[str, Any]) -> History:
        """As of the alert's instant; an outcome counts only once it had happened."""
        at: datetime = alert["received_at"]
        closed = [r for _, _, ended, r in self._known if r is not None and ended <= at][-20:]
        return History(
            seconds_since_last=(at - self._known[-1][0]).total_seconds() if self._known else None,
            alerts_last_hour=sum((at - then).total_seconds() <= 3600 for then, _, _, _ in self._known),
            recent_hit_rate=sum(r > 0 for r in closed) / len(closed) if closed else None,
            same_side_run=self._run(alert["side"]),
        )

    def add(self, alert: dict[str, Any], outcome: Outcome, ended: datetime) -> None:
        self._known.append((alert["received_at"], alert["side"], ended, outcome.r))

    def _run(self, side: str) -> int:
        sides: Iterator[str] = (known for _, known, _, _ in reversed(self._known))
        run = 0
        for known in sides:
            if known != side:
                break
            run += 1
        return run


def _smooth(values: Floats, weight: float) -> Floats:
    """An exponential average, started at the first value."""
    out = np.empty(len(values))
    now = float(values[0])
    for i, value in enumerate(values.tolist()):
        now += weight * (value - now)
        out[i] = now
    return out
