"""How the way in was: refusals with what to change, silences, and each source's states over a past time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from events.clock import now_utc, rfc3339
from signals import source_states, trouble
from web import alert_shapes, reading
from web.answers import answer
from web.api.activity import moment
from web.auth import require
from web.docs import documented
from web.errors import BadRequest, NotFound

if TYPE_CHECKING:
    from web.desk import Desk

LONGEST_DAYS = 31
SOURCES_SHOWN = 50
PAGING = {"limit": "items a page, 1 to 1,000 (100)", "cursor": "`next` of the page before"}


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("health", __name__)

    @api.get("/api/rejects")
    @require("read")
    @documented(
        "Refused alerts, newest first: reason, text without its secrets, and what to change",
        query={"source": "only this source", "code": "only this reason"} | PAGING,
        gives=alert_shapes.Rejects,
    )
    def rejects() -> Response:
        source, code, cursor = reading.text("source"), reading.text("code"), reading.text("cursor")
        return answer(trouble.rejects(desk.journal, source, code, reading.limit(), cursor))

    @api.get("/api/gaps")
    @require("read")
    @documented(
        "Silences of sources, newest first: start, end (null while it lasts) and how many alerts were missed",
        query={"source": "only this source"} | PAGING,
        gives=alert_shapes.Silences,
    )
    def gaps() -> Response:
        return answer(trouble.gaps(desk.journal, reading.text("source"), reading.limit(), reading.text("cursor")))

    @api.get("/api/webhook/timeline")
    @require("read")
    @documented(
        "Each source's states over a past time: live, silent, closed, and unknown with its reason",
        query={
            "source": "only this source",
            "from": "the beginning (RFC 3339; a day before the end)",
            "to": f"the end (now); at most {LONGEST_DAYS} days after the beginning",
        },
        answers={200: "`{from, to, items: [{source, segments}]}`", 400: "times that can't be used"},
        gives=alert_shapes.Timeline,
    )
    def timeline() -> Response:
        now = now_utc()
        last = min(moment("to") or now, now)
        first = moment("from") or last - timedelta(days=1)
        if not timedelta(0) < last - first <= timedelta(days=LONGEST_DAYS):
            hint = f"`from` lies before `to` and before now, by {LONGEST_DAYS} days at most."
            raise BadRequest("bad_query", "These times hold nothing that can be shown.", hint)
        wanted = reading.text("source")
        sources = [one for one in desk.sources.list() if wanted in (None, one.name)][:SOURCES_SHOWN]
        if wanted and not sources:
            raise NotFound("unknown_source", "There is no source with this name.", "GET /api/sources lists them.")
        items = [
            {
                "source": one.name,
                "segments": source_states.read(
                    desk.journal,
                    one.name,
                    first,
                    last,
                    now,
                    expected=one.expected_every_s is not None,
                    saved_every_s=desk.values.health_save_seconds,
                ),
            }
            for one in sources
        ]
        return answer({"from": rfc3339(first), "to": rfc3339(last), "items": items, "next": None})

    return api
