"""Tells symbols from other words, and splits `EXCHANGE:SYMBOL` without cutting a spread in two."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from signals.alert.decode import visible
from signals.alert.numbers import is_missing

_LONGEST = 64
_EXCHANGE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,23}\Z", re.ASCII)
_DELAYED = re.compile(r"_(?:DL|DLY)\Z", re.IGNORECASE)
_HEIKIN = re.compile(r'"symbol"\s*:\s*"([^"]{1,64})"')
FUTURE = re.compile(r"[A-Z0-9]{1,5}(?:\d!|[FGHJKMNQUVXZ](?:20)?\d{2}|[FGHJKMNQUVXZ]\d)\Z", re.ASCII)


class Symbol(NamedTuple):
    """A symbol with the exchange it was prefixed by; `delayed` for feeds that end in _DL or _DLY."""

    name: str
    exchange: str | None = None
    delayed: bool = False


def symbol_of(value: Any) -> Symbol | None:
    """The symbol in a field's value, or None when the value can't be one."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        value = str(value)  # Asian shares are numbered
    if not isinstance(value, str):
        return None
    return _known(value) if len(value) <= _LONGEST else _read(value)  # a strategy sends the same few


def _read(value: str) -> Symbol | None:
    if is_missing(value):
        return None
    text = visible(value)
    if text.startswith("={"):  # what {{ticker}} yields on a chart with a modified symbol
        inner = _HEIKIN.search(text)
        text = inner[1] if inner else ""
    if not 0 < len(text) <= _LONGEST or "{{" in text or "\n" in text or not any(c.isalnum() for c in text):
        return None
    prefix, colon, rest = text.partition(":")
    exchange = None
    delayed = False
    if colon and ":" not in rest and "*" not in rest and _EXCHANGE.match(prefix) and rest.strip():
        exchange, delayed = exchange_of(prefix)
        text = rest.strip()
    if text == text.lower():
        text = text.upper()
    return Symbol(text, exchange, delayed)


_known = lru_cache(maxsize=1024)(_read)


def exchange_of(value: Any) -> tuple[str | None, bool]:
    """An exchange's name without the mark of a delayed feed, and whether it bore one."""
    if not isinstance(value, str) or is_missing(value):
        return None, False
    text = visible(value)
    if not _EXCHANGE.match(text):
        return None, False
    bare = _DELAYED.sub("", text)
    return bare.upper(), bare != text
