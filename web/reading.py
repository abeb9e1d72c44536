"""How requests are read: bodies and query fields, with a refusal that says what was wrong."""

from __future__ import annotations

from typing import Any

from flask import request

from events import wire
from events.errors import BadWire
from web.errors import BadRequest

PAGE = 100
PAGE_MOST = 1000


def json_body() -> dict[str, Any]:
    """The request's JSON object, strictly decoded. Raises BadRequest."""
    try:
        body = wire.decode(request.get_data())
    except BadWire as error:
        raise BadRequest("bad_json", f"The body can't be read: {error.message}.", error.hint) from None
    if not isinstance(body, dict):
        raise BadRequest("bad_json", "The body is not a JSON object.", "Send one JSON object, such as {}.")
    return body


def number(name: str, default: int, least: int, most: int) -> int:
    """A whole number from the query, held to [least, most]. Raises BadRequest when it is no number."""
    text = request.args.get(name, "")
    if not text:
        return default
    try:
        return max(least, min(most, int(text)))
    except ValueError:
        raise BadRequest(
            "bad_query", f"`{name}` is not a whole number.", f"Use {least} to {most}, such as {default}."
        ) from None


def limit() -> int:
    """`?limit=`: how many items a page has, 1 to 1,000."""
    return number("limit", PAGE, 1, PAGE_MOST)


def text(name: str, longest: int = 200) -> str | None:
    """A text field of the query; None when absent or empty. Raises BadRequest when too long or holding NUL."""
    found = request.args.get(name, "")
    if len(found) > longest or "\0" in found:
        raise BadRequest("bad_query", f"`{name}` can't be used.", f"At most {longest} plain characters.")
    return found or None
