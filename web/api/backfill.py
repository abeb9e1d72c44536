"""The door for `python -m signals.backfill`: what an alert log holds that never arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from signals.backfilling import Backfill
from web import reading
from web.answers import answer
from web.auth import require
from web.auth.guard import principal
from web.docs import documented

if TYPE_CHECKING:
    from web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("backfill", __name__)
    backfill = Backfill(desk.journal, desk.intake, desk.sources)

    @api.post("/api/backfill")
    @require("admin")
    @documented(
        "Compare logged alerts with what was received, and store what was missed, marked and never traded",
        body={"application/json": {"schema": {"type": "object", "required": ["op", "source"]}}},
        answers={200: "what is missing, or what was stored", 400: "not as `signals.backfill` sends it"},
    )
    def handle() -> Response:
        return answer(backfill.handle(reading.json_body(), principal().id))

    return api
