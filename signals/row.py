"""The row: one alert as every list, event and page shows it. Absent is None; the shape is that of `SignalRow`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.clock import rfc3339
from signals.alert import Alert
from signals.alert.reasons import NOTES
from signals.reasons import reason

Row = dict[str, Any]
#: What only the desk writes into `extra`: a sender's `"test": "no"` must not count as a mark.
MARKS = ("test", "backfilled")

FIELDS = (
    "id", "seq", "source", "kind", "trade_ref", "parent_id", "intent", "position_after", "symbol", "exchange", "side",
    "price", "quantity_hint", "stop", "targets", "interval", "sent_at", "time_read_as", "received_at", "lag_ms",
    "freshness", "repaired", "extra", "probability", "probability_low", "model_id", "contributions", "verdict",
    "quantity", "reasons", "status", "outcome_r", "mae_r", "mfe_r", "timings",
)  # fmt: skip


def new_row(
    alert: Alert, *, id: str, source: str, received_at: str, freshness: str, repaired: bool, timings: dict[str, float]
) -> Row:
    """The row of an alert at its acceptance: no verdict yet, status `received`."""
    marks = {"test": True} if alert.test else {}
    told = {name: value for name, value in alert.extra.items() if name not in MARKS}
    return {
        "id": id,
        "seq": None,
        "source": source,
        "kind": alert.kind,
        "trade_ref": alert.trade_ref,
        "parent_id": None,
        "intent": alert.intent,
        "position_after": alert.position_after,
        "symbol": alert.symbol,
        "exchange": alert.exchange,
        "side": alert.side,
        "price": alert.price,
        "quantity_hint": alert.quantity_hint,
        "stop": alert.stop,
        "targets": list(alert.targets),
        "interval": alert.interval,
        "sent_at": _stamp(alert.sent_at),
        "time_read_as": alert.time_read_as,
        "received_at": received_at,
        "lag_ms": alert.lag_ms,
        "freshness": freshness,
        "repaired": repaired,
        "extra": {**told, **marks},
        "probability": None,
        "probability_low": None,
        "model_id": None,
        "contributions": None,
        "verdict": "none",
        "quantity": None,
        "reasons": [reason(code, NOTES.get(code, code)) for code in alert.note_codes],
        "status": "received",
        "outcome_r": alert.outcome_r,
        "mae_r": alert.mae_r,
        "mfe_r": alert.mfe_r,
        "timings": timings,
    }


def alert_fields(alert: Alert) -> dict[str, Any]:
    """What the pipeline needs of an alert beyond its row: features, and what an exit reports."""
    return {
        "features": {name: float(value) for name, value in alert.features.items()},
        "exit_price": alert.exit_price,
        "exit_reason": alert.exit_reason,
        "outcome_r": alert.outcome_r,
        "is_firing_time": alert.is_firing_time,
        "delayed_feed": alert.delayed_feed,
        "recognised": alert.recognised,
        "flat": alert.flat,
        "closes": alert.closes,
        "notes": list(alert.note_codes),
    }


def row_of(data: Mapping[str, Any], seq: int | None) -> Row:
    """The row inside a `signal_received` fact, as a copy that may be changed."""
    row: Row = dict(zip(FIELDS, map(data.get, FIELDS), strict=True))
    row["seq"] = seq
    row["targets"] = list(row["targets"] or ())
    row["reasons"] = list(row["reasons"] or ())
    row["extra"] = dict(row["extra"] or {})
    row["timings"] = dict(row["timings"] or {})
    row["kind"] = row["kind"] or "info"
    row["verdict"] = row["verdict"] or "none"
    row["status"] = row["status"] or "received"
    return row


def is_test(row: Mapping[str, Any]) -> bool:
    """Whether the alert was marked as a test."""
    return bool(row["extra"].get("test"))


def headline(row: Mapping[str, Any]) -> str:
    """One line for people: `BUY NQ1! @ 21450.25 · p=0.63 · 2 contracts`."""
    what = row["side"] if row["kind"] == "entry" and row["side"] else row["kind"]
    parts = [" ".join(str(part) for part in (str(what).upper(), row["symbol"]) if part)]
    if row["price"] is not None:
        parts[0] += f" @ {row['price']:g}" if abs(row["price"]) < 1 else f" @ {row['price']:.10g}"
    if row["probability"] is not None:
        parts.append(f"p={row['probability']:.2f}")
    if row["verdict"] != "none":
        quantity = row["quantity"] or 0.0
        parts.append(f"{row['verdict']} {quantity:.10g}")
    return " · ".join(parts)


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)
