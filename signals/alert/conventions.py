"""The table of conventions: how each is told apart, and what reads it."""

from __future__ import annotations

from typing import Any


def read_text(text: str, repairs: list[str]) -> tuple[list[dict[str, Any]], str]:
    """The objects in a text that is not JSON, and the convention that it follows."""
    return [{"text": text}], "text"


#: JSON conventions are read alike; the name tells the user what we think was sent. First match wins.
JSON_CONVENTIONS: tuple[tuple[str, frozenset[str]], ...] = (
    ("okx", frozenset({"signaltoken"})),
    ("3commas", frozenset({"tvinstrument"})),
    ("3commas", frozenset({"botuuid"})),
    ("3commas", frozenset({"botid", "emailtoken"})),
    ("pickmytrade", frozenset({"multipleaccounts"})),
    ("pickmytrade", frozenset({"data", "symbol", "quantity"})),
    ("openalgo", frozenset({"strategy", "action", "product"})),
    ("openalgo", frozenset({"strategy", "action", "pricetype"})),
    ("lifecycle", frozenset({"tradeid", "eventtype"})),
    ("lifecycle", frozenset({"signalid", "type"})),
    ("nested strategy", frozenset({"strategy", "bar"})),
    ("traderspost", frozenset({"ticker", "action"})),
    ("strategy fill", frozenset({"marketposition"})),
)


def name_of(names: set[str]) -> str:
    """The name of the convention that an object's squashed field names follow."""
    return next((name for name, needed in JSON_CONVENTIONS if needed <= names), "json")
