"""The table of conventions: how each is told apart, and what reads it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from signals.alert import commas
from signals.alert.autoview import autoview
from signals.alert.decode import visible
from signals.alert.keyvalue import pairs_read
from signals.alert.limits import MAX_SENTENCE
from signals.alert.numbers import is_missing, quiet
from signals.alert.redact import REMOVED
from signals.alert.text import is_heartbeat, sentence_read
from signals.errors import refuse

Documents = list[dict[str, Any]]

_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")
_PRICE_OF = re.compile(r"(?:price|close|last)(?: of| for)?\s+(\S{1,40})\s*(?:=|:|is)\s*(\S{1,30})\Z", re.IGNORECASE)


def read_text(text: str, repairs: list[str]) -> tuple[Documents, str]:
    """The objects in a text that is not JSON, and the convention that it follows. Raises Unusable."""
    plain = visible(text)
    bare = _PLACEHOLDER.sub(" ", plain)
    if bare != plain and not re.search(r"\w", bare.replace(REMOVED, "")):
        raise refuse("placeholders_unsubstituted")
    if bare != plain:
        repairs.append("placeholder")
    if is_missing(plain.strip("\"' ")) or quiet(plain) is not None:
        raise refuse("scalar_without_meaning")
    for name, read in TEXT_CONVENTIONS:
        found = read(text)
        if found:
            return found, name
    raise refuse("unreadable")  # not reached: the last convention reads everything


def heartbeat(text: str) -> Documents | None:
    """A line that only says that the sender lives."""
    if len(text) > MAX_SENTENCE or not is_heartbeat(text) or "=" in text:
        return None
    return [{**sentence_read(text), "event": "heartbeat"}]


def price_of(text: str) -> Documents | None:
    """`price SOLUSDT = 141.62`: the template of TradingView's help for alertcondition()."""
    match = _PRICE_OF.match(visible(text))
    return [{"symbol": match[1], "price": match[2]}] if match and quiet(match[2]) is not None else None


def pairs(text: str) -> Documents | None:
    """Pairs in any arrangement; the words between them may name the symbol and the side."""
    found = pairs_read(text)
    if found is None:
        return None
    documents, rest = found
    told = sentence_read(rest[:MAX_SENTENCE]) if rest else {}
    if told:
        told["note"] = told.pop("text")
    return [{**{k: v for k, v in told.items() if k not in document}, **document} for document in documents]


def sentences(text: str) -> Documents | None:
    """Plain text: one alert, or one a line where each line names both a side and a symbol."""
    if len(text) > MAX_SENTENCE:
        return [{"text": visible(text)}]
    lines = [sentence_read(line) for line in visible(text).splitlines() if line.strip()]
    complete = [line for line in lines if "action" in line and "symbol" in line]
    if len(complete) > 1:
        return complete
    return [sentence_read(text)]


#: Tried in this order; the first that reads the text wins.
TEXT_CONVENTIONS: tuple[tuple[str, Callable[[str], Documents | None]], ...] = (
    ("heartbeat", heartbeat),
    ("pineconnector", commas.pineconnector),
    ("wundertrading", commas.wundertrading),
    ("strategy default text", commas.strategy_fill),
    ("price line", price_of),
    ("autoview", autoview),
    ("key=value", pairs),
    ("text", sentences),
)

#: JSON conventions are read alike; the name tells the user what we think was sent. First match wins. Their secrets are
#: gone by the time they are named, so no name here is a secret's.
JSON_CONVENTIONS: tuple[tuple[str, frozenset[str]], ...] = (
    ("okx", frozenset({"instrument", "maxlag"})),
    ("3commas", frozenset({"tvinstrument"})),
    ("3commas", frozenset({"botuuid"})),
    ("3commas", frozenset({"botid", "messagetype"})),
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


def name_of(names: frozenset[str]) -> str:
    """The name of the convention that an object's squashed field names follow."""
    return next((name for name, needed in JSON_CONVENTIONS if needed <= names), "json")
