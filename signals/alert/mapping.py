"""Lets a source teach us its field names, for the conventions that no rule knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signals.alert.fields import at_path

#: Our names that a mapping may define, and the sender's name each is read under.
OURS: dict[str, str] = {
    "symbol": "symbol",
    "exchange": "exchange",
    "side": "action",
    "price": "price",
    "stop": "stop",
    "target": "target",
    "targets": "targets",
    "quantity": "quantity",
    "interval": "interval",
    "trade_ref": "trade_ref",
    "event": "event",
    "timenow": "timenow",
    "sent_at": "timenow",
    "time": "timestamp",
    "mfe_r": "mfe_r",
    "mae_r": "mae_r",
    "exit_price": "exit_price",
    "exit_reason": "exit_reason",
    "outcome_r": "outcome_r",
    "position_after": "market_position",
    "id": "id",
}


def taught(document: dict[str, Any], mapping: Mapping[str, str] | None) -> dict[str, Any]:
    """What the mapping finds in a document, under the names that are looked for first."""
    if not mapping:
        return {}
    found = {}
    for ours, path in mapping.items():
        name = OURS.get(ours)
        value = at_path(document, path) if name else None
        if name and value is not None:
            found[name] = value
    return found
