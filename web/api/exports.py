"""Exports over HTTP, streamed page by page: tables as CSV, safe to open in a spreadsheet; the journal as NDJSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from events.clock import parse_rfc3339
from events.reading import Readers
from web import reading
from web.auth import require
from web.docs import documented
from web.errors import BadRequest, NotFound, TooMany
from web.exporting import EXPORTS, At, Gzip, Span, csv_page, ndjson_page
from web.gateway.errors import BadMessage
from web.gateway.rooms import subscription

if TYPE_CHECKING:
    from web.desk import Desk

MOST_AT_ONCE = 2
# A client that takes nothing for so long makes room for the next one.
STALLED_SECONDS = 30.0
Page = Callable[[Readers, Span, At], tuple[bytes, At | None]]
TABLES = ", ".join(f"`{name}` ({one.says})" for name, one in EXPORTS.items())
QUERY = {
    "from": "only from this time on, RFC 3339 (tables of what happened: signals, events, rejects)",
    "to": "only before this time, RFC 3339",
    "types": "only these event types, comma-separated (events and the journal)",
}


class Places:
    """Whoever exports holds one, so that deep reading has a bound."""

    def __init__(self) -> None:
        self._moved: dict[object, float] = {}

    def take(self) -> object:
        """Raises TooMany."""
        now = time.monotonic()
        if len(self._moved) >= MOST_AT_ONCE:
            slowest = min(self._moved, key=lambda place: self._moved[place])
            if now - self._moved[slowest] < STALLED_SECONDS:
                hint = "Wait until one has ended, or ask for a shorter span with `from` and `to`."
                raise TooMany("too_many_exports", f"{MOST_AT_ONCE} exports run already.", hint, retry_after=5)
            self.leave(slowest)
        place = object()
        self._moved[place] = now
        return place

    def moved(self, place: object) -> bool:
        """False when the place was given to somebody else meanwhile."""
        if place not in self._moved:
            return False
        self._moved[place] = time.monotonic()
        return True

    def leave(self, place: object) -> None:
        self._moved.pop(place, None)


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("exports", __name__)
    places = Places()

    @api.get("/api/export/<table>.csv")
    @require("read")
    @documented(f"A table as CSV, streamed: {TABLES}", query=QUERY)
    def table(table: str) -> Response:
        export = EXPORTS.get(table)
        if export is None:
            raise NotFound("no_such_export", "There is no such table.", f"There are {', '.join(EXPORTS)}.")
        return streamed(desk, places, csv_page(export), f"{table}.csv", "text/csv", _accepts_gzip())

    @api.get("/api/export/journal.ndjson")
    @require("read")
    @documented("The journal, one envelope a line, streamed; packed where the client accepts gzip", query=QUERY)
    def journal() -> Response:
        return streamed(desk, places, ndjson_page, "journal.ndjson", "application/x-ndjson", _accepts_gzip())

    @api.get("/api/export/journal.ndjson.gz")
    @require("read")
    @documented("The same as a packed file", query=QUERY)
    def packed() -> Response:
        return streamed(desk, places, ndjson_page, "journal.ndjson.gz", "application/gzip", True, as_file=True)

    return api


def _accepts_gzip() -> bool:
    return request.accept_encodings["gzip"] > 0


def streamed(
    desk: Desk, places: Places, page: Page, name: str, mimetype: str, gzip: bool, *, as_file: bool = False
) -> Response:
    """Chunks as the client takes them; when it goes away the next page is not read. Raises BadRequest, TooMany."""
    span = asked_span(desk)
    place = places.take()
    response = Response(chunks(desk, places, place, page, span, Gzip() if gzip else None), mimetype=mimetype)
    response.call_on_close(lambda: places.leave(place))  # also when not one chunk was asked for
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    if not as_file:
        response.headers["Vary"] = "Accept-Encoding"
        if gzip:
            response.headers["Content-Encoding"] = "gzip"
    return response


def chunks(desk: Desk, places: Places, place: object, page: Page, span: Span, gzip: Gzip | None) -> Iterator[bytes]:
    def made(readers: Readers, at: At) -> tuple[bytes, At | None]:
        """In a native thread."""
        plain, following = page(readers, span, at)
        return (plain if gzip is None else gzip.pack(plain, following is None)), following

    at: At | None = ()
    try:
        while at is not None:
            if not places.moved(place):
                raise ConnectionAbortedError("the client of an export took nothing for too long")
            chunk, at = desk.journal.read(made, at)
            if chunk:
                yield chunk
    finally:
        places.leave(place)


def asked_span(desk: Desk) -> Span:
    """What the query asks for, up to what is committed now, so that an export ends. Raises BadRequest."""
    journal = desk.journal
    begin, end = reading.text("from"), reading.text("to")
    try:
        types = subscription(reading.text("types", 2_000)).types
    except BadMessage as error:
        raise BadRequest(error.code, error.message, error.hint) from None
    after = 0 if begin is None else _seq_at(desk, "from", begin) - 1
    before = journal.head + 1 if end is None else _seq_at(desk, "to", end)
    return Span(journal.epoch, after, before, None if types is None else tuple(sorted(types)))


def _seq_at(desk: Desk, name: str, text: str) -> int:
    try:
        # A plus sign that nobody encoded arrives as a space.
        return desk.journal.seq_at(parse_rfc3339(text.replace(" ", "+")))
    except ValueError:
        raise BadRequest("bad_query", f"`{name}` is no time.", "Such as 2026-01-07T14:31:45Z.") from None
