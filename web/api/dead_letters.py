"""Dead letters over HTTP: what a follower could not handle, and one more try once the cause is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from events import dead_letters
from web import shapes
from web.answers import answer
from web.auth import require
from web.docs import documented
from web.errors import BadRequest, NotFound

if TYPE_CHECKING:
    from web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("dead_letters", __name__)

    @api.get("/api/dead-letters")
    @require("read")
    @documented(
        "Facts that a follower set aside after several tries, the newest first, at most 200", gives=shapes.DeadLetters
    )
    def listing() -> Response:
        return answer({"items": dead_letters.newest(desk.journal), "next": None})

    @api.post("/api/dead-letters/<letter_id>/retry")
    @require("admin")
    @documented(
        "Have a dead letter tried once more, within seconds",
        answers={202: "the letter as it is now", 400: "it was handled since", 404: "no such letter"},
        gives=shapes.DeadLetter,
    )
    def retry(letter_id: str) -> Response:
        found = dead_letters.one(desk.journal, letter_id)
        if found is None:
            hint = "GET /api/dead-letters lists them."
            raise NotFound("no_such_letter", "There is no dead letter with this id.", hint)
        if found["state"] == "handled":
            raise BadRequest("letter_handled", "It was handled since.", "There is nothing left to do.")
        dead_letters.ask(desk.journal, letter_id)
        return answer(dead_letters.one(desk.journal, letter_id), 202)

    return api
