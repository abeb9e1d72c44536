"""Brings chart intervals into TradingView's own spelling, where `1M` is a month and `1` a minute."""

from __future__ import annotations

import re
from typing import Any

from signals.alert.decode import visible
from signals.alert.numbers import is_missing

_SHAPE = re.compile(r"(\d{0,4})\s*([A-Za-z]{0,7})\Z", re.ASCII)
_MINUTES = frozenset({"min", "mins", "minute", "minutes"})
_WORDS = {"daily": "D", "weekly": "W", "monthly": "M", "hourly": "60"}


def interval_of(value: Any) -> str | None:
    """The interval as TradingView writes it: `5`, `60`, `5S`, `D`, `W`, `M`; None when it is none."""
    if isinstance(value, bool) or is_missing(value):
        return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() and value > 0 else ""
    text = visible(str(value)) if isinstance(value, (int, str)) else ""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    shape = _SHAPE.match(text)
    if shape is None or not text:
        return None
    count, unit = shape[1], shape[2]
    if count and int(count) == 0:
        return None
    many = int(count) if count else 1
    low = unit.lower()
    if not unit:
        return str(many)
    if unit == "M" and many in (1, 2, 3, 4, 6, 12):
        return "M" if many == 1 else f"{many}M"
    if unit in ("m", "M") or low in _MINUTES:
        return str(many)
    if low in ("h", "hr", "hrs", "hour", "hours"):
        return str(many * 60)
    if low in ("s", "sec", "secs", "second", "seconds"):
        return f"{many}S"
    if low in ("mo", "mon", "month", "months"):
        return "M" if many == 1 else f"{many}M"
    for letter, words in (
        ("D", ("d", "day", "days")),
        ("W", ("w", "wk", "week", "weeks")),
        ("T", ("t", "tick", "ticks")),
        ("R", ("r",)),
    ):
        if low in words:
            return letter if many == 1 and letter in "DW" else f"{many}{letter}"
    return None


def seconds_of(interval: str | None) -> int | None:
    """How long a bar lasts, in seconds; None for months, ticks, ranges and the unknown."""
    shape = re.match(r"(\d*)([SDW]?)\Z", interval or "-")
    if shape is None:
        return None
    return int(shape[1] or 1) * {"": 60, "S": 1, "D": 86400, "W": 604800}[shape[2]]
