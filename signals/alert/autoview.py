"""Reads Autoview's one-letter commands, where `c` closes and `b` is the side of the book."""

from __future__ import annotations

import re
from typing import Any

from signals.alert.decode import visible

_PAIR = re.compile(r"(?<!\S)([A-Za-z]{1,4})=(\S{1,60})")
_NAMES = {
    "s": "symbol",
    "b": "side",
    "e": "venue_account",
    "q": "quantity",
    "p": "price",
    "fp": "price",
    "sl": "sl",
    "tp": "tp",
    "t": "order_type",
    "l": "leverage",
    "d": "disabled",
}
_CLOSING = {"position": "close", "pos": "close", "order": "cancel", "orders": "cancel"}


def autoview(text: str) -> list[dict[str, Any]] | None:
    """`e=bybit s=BTCUSDT b=long q=10% t=market`, one command a line; None when it is something else."""
    found = []
    for line in visible(text).splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        pairs: dict[str, str] = dict(_PAIR.findall(line))
        names = {name.lower() for name in pairs}
        if not {"e", "s"} <= names or not names & {"b", "c"}:
            return None
        made: dict[str, Any] = {}
        for name, value in pairs.items():
            made[_NAMES.get(name.lower(), name)] = value
        closing: str | None = _CLOSING.get(str(pairs.get("c", "")).lower())
        if closing:
            made.pop("side", None)  # with c=position, b names which position is closed
            made["action"] = closing
        found.append(made)
    return found or None
