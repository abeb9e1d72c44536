"""What a trading script reports, one method a subject, each as the event type that the desk has for it.

Trades and portfolios that name an external account of the desk are recorded there (scope `report`); without one they
are lines of activity (`event`), which nobody can mistake for the desk's. Figures keep the caller's units.
"""

from __future__ import annotations

from typing import Any

from broadcaster.client import Broadcaster, get_broadcaster
from broadcaster.marks import stamp


class DataPublisher:
    """On top of a Broadcaster (or of the one that `get_broadcaster(source, **options)` gives). Nothing raises."""

    def __init__(self, source: str | None = None, *, broadcaster: Broadcaster | None = None, **options: Any) -> None:
        self.broadcaster = broadcaster or get_broadcaster(source, **options)

    def publish_price(self, symbol: str, price: float, *, change_24h: float | None = None, **fields: Any) -> None:
        """`price_update`, passing: only the newest of a symbol counts, also while the desk is away. Change in %."""
        data = {"at": stamp(), **fields, "symbol": symbol, "price": price, "change_24h": change_24h}
        self.broadcaster.publish("price_update", data, f"{symbol} {price}", key=f"price/{symbol}")

    def publish_portfolio(
        self, equity: float, *, cash: float | None = None, account: str | None = None, **fields: Any
    ) -> None:
        """`account_update` of that external account, else `event` (info): what an account outside the desk is worth."""
        if account is not None:
            told = {"at": stamp(), **fields, "account": account, "equity": equity, "cash": cash}
            self.broadcaster.publish("account_update", told, f"{account} {shown(equity, ',.2f')}")
            return
        data = {**fields, "report": "portfolio", "equity": equity, "cash": cash}
        self.broadcaster.broadcast("info", f"Portfolio {shown(equity, ',.2f')}", "INFO", data)

    def publish_trade(
        self, symbol: str, side: str, quantity: float, price: float, *, account: str | None = None, **fields: Any
    ) -> None:
        """`trade_executed` in that external account, else `event` (order): a fill outside the desk."""
        fill = {**fields, "symbol": symbol, "side": side, "quantity": quantity, "price": price}
        words = f"{str(side).upper()} {shown(quantity, 'g')} {symbol} @ {price}"
        if account is not None:
            self.broadcaster.publish("trade_executed", {"at": stamp(), **fill, "account": account}, words)
        else:
            self.broadcaster.broadcast("order", words, "INFO", {**fill, "report": "trade"})

    def publish_alert(
        self, text: str, *, priority: str = "MEDIUM", rule: str | None = None, level: str | int = "WARNING"
    ) -> None:
        """`alert`: a notification; `priority` is LOW, MEDIUM, HIGH or CRITICAL."""
        self.broadcaster.publish("alert", {"text": text, "priority": priority, "rule": rule}, text, level)

    def publish_ml_prediction(
        self,
        symbol: str,
        model: str,
        *,
        predicted_price: float | None = None,
        direction: str | None = None,
        confidence: float | None = None,
        **fields: Any,
    ) -> None:
        """`ml_prediction_update` of the kind forecast; `confidence` from 0 to 1."""
        said = {"predicted_price": predicted_price, "direction": direction, "confidence": confidence}
        data = {"at": stamp(), **fields, "kind": "forecast", "symbol": symbol, "model": model, **said}
        words = [symbol, direction or "", "" if predicted_price is None else f"→ {predicted_price}", f"({model})"]
        self.broadcaster.publish("ml_prediction_update", data, " ".join(str(word) for word in words if word))

    def publish_pattern(
        self,
        symbol: str,
        pattern: str,
        *,
        interval: str | None = None,
        direction: str | None = None,
        entry: float | None = None,
        stop: float | None = None,
        target: float | None = None,
        confidence: float | None = None,
    ) -> None:
        """`pattern_detected`: a named chart pattern; `confidence` from 0 to 1."""
        plan = {"entry": entry, "stop": stop, "target": target, "confidence": confidence}
        data = {"symbol": symbol, "pattern": pattern, "interval": interval, "direction": direction, **plan}
        self.broadcaster.publish("pattern_detected", data, f"{pattern} on {symbol}")

    def publish_status(self, status: str, message: str = "", *, level: str | int = "INFO", **fields: Any) -> None:
        """`event` (info): how the script itself is doing, such as running or stopped."""
        words = f"{status}: {message}" if message else status
        self.broadcaster.broadcast("info", words, level, {**fields, "report": "status", "status": status})


def shown(figure: Any, how: str) -> str:
    """A figure for people; what is no number as it is, because a report must never stop the script."""
    try:
        return format(figure, how)
    except (TypeError, ValueError):
        return str(figure)
