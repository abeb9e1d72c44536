"""The journal as the activity page reads it: backwards from now or from any time, and counted for its chart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args

from flask import Blueprint, Response, request

from events import wire
from events.clock import now_utc, parse_rfc3339, rfc3339
from events.journal import EventFilter
from events.types.activity import Event
from web import reading, shapes
from web.answers import answer
from web.auth import require
from web.docs import documented
from web.errors import BadRequest
from web.exporting import EVENT_COLUMNS, csv_lines
from web.gateway.errors import BadMessage
from web.gateway.rooms import names, subscription

if TYPE_CHECKING:
    from events.journal import Page
    from web.desk import Desk

EXPORT_PAGE = 500
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
KINDS: tuple[str, ...] = get_args(Event.model_fields["event_type"].annotation)
FILTERS = {
    "types": "only these event types, comma-separated",
    "kinds": f"of the type `event` only these kinds, comma-separated: {', '.join(KINDS)}",
    "symbols": "only these symbols, comma-separated",
    "source": "only this source",
    "level": "only these levels, comma-separated",
    "q": "only facts whose message or alert text holds this, in any case",
    "regex": "only facts whose message or alert text matches this (RE2, in any case)",
}
TIMES = {"since": "from this time on (RFC 3339)", "until": "before this time (RFC 3339)"}


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("activity", __name__)

    @api.get("/api/activity")
    @require("read")
    @documented(
        "The journal backwards, newest first; an empty page with a `next` has looked at 5,000 facts in vain",
        query=FILTERS | TIMES | {"cursor": "`next` of the page before", "limit": "items a page, 1 to 1,000 (100)"},
        answers={200: "facts", 400: "a filter that can't be used; `bad_query` for an expression RE2 refuses"},
        gives=shapes.Activity,
    )
    def backwards() -> Response:
        head = desk.journal.head
        before = reading.number("cursor", 0, 0, 2**62) or _place(desk, moment("until"), head + 1)
        after = _place(desk, moment("since"), 1) - 1
        page = desk.journal.search(wanted(after=after, before=before, newest_first=True, limit=reading.limit()))
        body = {
            "items": [fact.envelope() for fact in page.items],
            "next": None if page.next is None else str(page.next),
            "head": head,
            "epoch": desk.journal.epoch,
        }
        return Response(wire.encode(body), 200, {"Cache-Control": "no-store"}, mimetype="application/json")

    @api.get("/api/activity/export.csv")
    @require("read")
    @documented(
        "What the same filters let through as CSV, newest first, streamed a bounded piece at a time",
        query=FILTERS | TIMES,
        answers={200: "the columns of `events.csv`", 400: "a filter that can't be used"},
    )
    def export() -> Response:
        before = _place(desk, moment("until"), desk.journal.head + 1)
        after = _place(desk, moment("since"), 1) - 1
        asked = wanted(after=after, before=before, newest_first=True, limit=EXPORT_PAGE)
        first = desk.journal.search(asked)  # here, so that an expression that is none is refused and not cut off
        headers = {"Content-Disposition": 'attachment; filename="activity.csv"', "Cache-Control": "no-store"}
        return Response(_lines(desk, asked, first), mimetype="text/csv", headers=headers)

    @api.get("/api/activity/timeline")
    @require("read")
    @documented(
        "How many facts there were when, by level; `counted_from` says before which time none were counted",
        query=FILTERS | TIMES,
        answers={200: "steps that hold any", 400: "a filter that can't be used"},
        gives=shapes.ActivityCounts,
    )
    def counts() -> Response:
        until = moment("until") or now_utc()
        since = moment("since")
        if since is not None and since >= until:
            raise BadRequest("bad_query", "`since` is not before `until`.", "Give the earlier time as `since`.")
        found = desk.journal.timeline(wanted(), since, until)
        return answer(
            {
                "since": rfc3339(found.since),
                "until": rfc3339(found.until),
                "step_s": found.step_s,
                "counted_from": None if found.counted_from is None else rfc3339(found.counted_from),
                "items": [{"at": at, "counts": counts} for at, counts in found.counts.items()],
                "next": None,
            }
        )

    return api


def _lines(desk: Desk, asked: EventFilter, page: Page) -> Iterator[bytes]:
    yield csv_lines([list(EVENT_COLUMNS)])
    while True:
        envelopes = [fact.envelope() for fact in page.items]
        if envelopes:
            yield csv_lines([[envelope.get(column) for column in EVENT_COLUMNS] for envelope in envelopes])
        if page.next is None:
            return
        page = desk.journal.search(replace(asked, before=page.next))


def _place(desk: Desk, at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else desk.journal.seq_at(at)


def moment(name: str) -> datetime | None:
    """A time of the query; None when absent. Raises BadRequest."""
    text = reading.text(name)
    if text is None:
        return None
    try:
        return parse_rfc3339(text.replace(" ", "+"))
    except ValueError:
        hint = "Such as 2026-01-07T14:31:45Z."
        raise BadRequest("bad_query", f"`{name}` is not a time with its zone.", hint) from None


def wanted(**place: Any) -> EventFilter:
    """What the query asks for. Raises BadRequest."""
    try:
        who = subscription(request.args.get("types"), request.args.get("symbols"))
        levels, kinds = (names(request.args.get(field), field) for field in ("level", "kinds"))
    except BadMessage as error:
        raise BadRequest(error.code, error.message, error.hint) from None
    for given, known, field in ((levels, LEVELS, "level"), (kinds, KINDS, "kinds")):
        if given is not None and not given <= set(known):
            raise BadRequest("bad_query", f"`{field}` names none of ours.", f"There are {', '.join(known)}.")
    return EventFilter(
        types=None if who.types is None else sorted(who.types),
        symbols=None if who.symbols is None else sorted(who.symbols),
        source=reading.text("source"),
        levels=None if levels is None else sorted(levels),
        kinds=None if kinds is None else sorted(kinds),
        q=reading.text("q"),
        regex=reading.text("regex", longest=500),
        **place,
    )
