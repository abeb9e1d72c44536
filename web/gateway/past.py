"""Asking a live connection for the past: a page of the journal backwards, as often as somebody likes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from events import wire
from events.clock import parse_rfc3339
from events.envelope import LEVELS
from events.journal import EventFilter
from web.gateway.errors import BadMessage
from web.gateway.rooms import EVERYTHING, Subscription, names, subscription

if TYPE_CHECKING:
    from events.journal import Journal

PAGE, PAGE_MOST = 100, 500
# A page goes into the client's queue in one piece, so it stays as small as a snapshot.
PAGE_BYTES = 256 * 1024
LONGEST_TEXT = 500


def page(journal: Journal, data: Mapping[str, Any], usual: Subscription) -> dict[str, Any]:
    """`{items, next, epoch, head}`: facts before `before` (or from the newest on), the newest first.

    Without `types` and `symbols` it keeps to what the client follows. Raises BadMessage, BadQuery.
    """
    limit = whole(data, "limit", PAGE)
    if not 1 <= limit <= PAGE_MOST:
        raise BadMessage("bad_message", "`limit` is out of bounds.", f"1 to {PAGE_MOST}, such as {PAGE}.")
    head = journal.head
    before = whole(data, "before", head + 1)
    found = journal.search(event_filter(data, usual, before=before, newest_first=True, limit=limit))
    items: list[orjson.Fragment] = []
    size, upto = 0, found.next
    for place, fact in enumerate(found.items):
        encoded = wire.encode(fact.envelope())
        size += len(encoded)
        if items and size > PAGE_BYTES:
            upto = found.items[place - 1].seq
            break
        items.append(orjson.Fragment(encoded))
    return {"items": items, "next": None if upto is None else str(upto), "epoch": journal.epoch, "head": head}


def event_filter(data: Mapping[str, Any], usual: Subscription = EVERYTHING, **place: Any) -> EventFilter:
    """The filter that a message describes: `types`, `symbols`, `source`, `level`, `q`, `regex`. Raises BadMessage."""
    who = subscription(data.get("types"), data.get("symbols")) if "types" in data or "symbols" in data else usual
    levels = names(data.get("level"), "level")
    if levels is not None and not levels <= set(LEVELS):
        raise BadMessage("bad_message", "`level` is not known.", f"Any of {', '.join(LEVELS)}.")
    return EventFilter(
        types=None if who.types is None else sorted(who.types),
        symbols=None if who.symbols is None else sorted(who.symbols),
        source=text(data, "source"),
        levels=None if levels is None else sorted(levels),
        q=text(data, "q"),
        regex=text(data, "regex"),
        **place,
    )


def whole(data: Mapping[str, Any], field: str, otherwise: int) -> int:
    """A whole number of a message; a cursor may also come as the text that it was told as. Raises BadMessage."""
    value = data.get(field)
    if value is None:
        return otherwise
    if isinstance(value, str) and value.isdigit() and len(value) < 19:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**62:
        raise BadMessage("bad_message", f"`{field}` is not a whole number.", f'Such as {{"{field}": 100}}.')
    return value


def text(data: Mapping[str, Any], field: str) -> str | None:
    """A text of a message; None when absent or empty. Raises BadMessage."""
    value = data.get(field)
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST_TEXT or "\0" in value):
        raise BadMessage("bad_message", f"`{field}` can't be used.", f"At most {LONGEST_TEXT} plain characters.")
    return value or None


def seq_of(journal: Journal, data: Mapping[str, Any], field: str, otherwise: int) -> int:
    """A place in the journal: a seq, or a time (RFC 3339) for the first fact told then or later. Raises BadMessage."""
    value = data.get(field)
    if not isinstance(value, str) or value.isdigit():
        return whole(data, field, otherwise)
    try:
        at = parse_rfc3339(value)
    except ValueError:
        hint = "A seq, or a time with its zone such as 2026-01-07T14:31:45Z."
        raise BadMessage("bad_message", f"`{field}` is no place in the journal.", hint) from None
    return journal.seq_at(at)
