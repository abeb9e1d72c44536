"""One event on its way: encoded on the caller's thread, so that what the script changes afterwards can't change it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from broadcaster.marks import new_id

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOW = ("DEBUG", "INFO")
# The desk takes messages of 128 KiB; a batch must fit in one.
ITEM_BYTES = 60_000
MESSAGE_LONGEST, SOURCE_LONGEST = 2000, 64
DEEPEST = 32
# Made once: json.dumps would make one at every call.
to_json = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode


@dataclass(slots=True)
class Item:
    """`raw` is the event as JSON; `key` marks a passing update, of which only the newest counts; `tries` failed."""

    id: str
    level: str
    raw: bytes
    key: str | None = None
    number: int = 0
    tries: int = 0


def level_name(level: str | int) -> str:
    """The level's name, also from logging's numbers; what is not known counts as INFO."""
    if isinstance(level, int):
        return LEVELS[max(0, min(4, level // 10 - 1))]
    name = str(level).upper()
    name = {"WARN": "WARNING", "FATAL": "CRITICAL"}.get(name, name)
    return name if name in LEVELS else "INFO"


def make_item(
    type_: str, data: dict[str, Any], message: str, source: str, level: str | int, *, key: str | None = None
) -> Item:
    """An encoded event. What JSON can't say becomes the nearest it can (NaN: null). ValueError when too large."""
    name = level_name(level)
    symbol = data.get("symbol") or data.get("ticker")
    event: dict[str, Any] = {
        "id": new_id(),
        "type": str(type_),
        "source": source[:SOURCE_LONGEST],
        "message": str(message).replace("\0", "")[:MESSAGE_LONGEST],
        "level": name,
        "data": data,
    }
    if isinstance(symbol, str) and symbol:
        event["symbol"] = symbol[:64]
    raw = encode(event)
    if len(raw) > ITEM_BYTES:
        raise ValueError(f"the event has {len(raw):,} bytes; at most {ITEM_BYTES:,} fit")
    return Item(event["id"], name, raw, key)


def encode(value: Mapping[str, Any]) -> bytes:
    """Strict JSON in UTF-8 of whatever a script may hold."""
    try:
        text = to_json(value)
    except (TypeError, ValueError):
        text = to_json(plain(value))
    return text.encode("utf-8", "replace")


def plain(value: Any, depth: int = 0) -> Any:
    """The nearest value that JSON can express: numbers stay numbers, dates are RFC 3339, NaN and infinity are null."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth > DEEPEST:
        return str(type(value).__name__)
    if isinstance(value, Mapping):
        return {str(name): plain(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one, depth + 1) for one in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return plain(_number_or_text(value), depth + 1)


def _number_or_text(value: Any) -> Any:
    """Decimals and the scalars of numeric libraries (they have `__float__`) as floats; the rest as text."""
    if hasattr(value, "__float__"):
        try:
            return float(value)
        except (TypeError, ValueError, OverflowError):
            return str(value)
    return str(value)
