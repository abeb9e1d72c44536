"""The state as a whole and its parts: what a client starts from, and how sources and server are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from events.types.passing import SystemHealthUpdate
from web import alert_shapes, desk_shapes, state
from web.answers import answer
from web.auth import require
from web.auth.guard import principal
from web.docs import documented
from web.setup import setup
from web.system import figures

if TYPE_CHECKING:
    from web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("state", __name__)

    @api.get("/api/state")
    @require("read")
    @documented("The snapshot that a connecting client gets, with the position to resume from", gives=desk_shapes.State)
    def whole() -> Response:
        return answer(state.snapshot(desk))

    @api.get("/api/webhook/health")
    @require("read")
    @documented(
        "Each source: last alert, cadence, lag, refusals, status; how many posts had an unknown token; "
        "and for the owner the URL to give TradingView",
        gives=alert_shapes.WebhookHealth,
    )
    def webhook() -> Response:
        owner = principal().may("admin")
        told = {"strangers": desk.intake.strangers.describe(), "setup": setup(desk) if owner else None}
        return answer({"items": state.sources(desk), "next": None} | told)

    @api.get("/api/publishers")
    @require("read")
    @documented(
        "Each script that reports to the desk: its last word, and whether it is active; the newest first",
        gives=desk_shapes.Publishers,
    )
    def publishers() -> Response:
        return answer({"items": desk.publishers.table(), "next": None})

    @api.get("/api/system/health")
    @require("read")
    @documented("The server itself: database, followers, sockets, memory, event-loop delay", gives=SystemHealthUpdate)
    def system() -> Response:
        return answer(figures(desk))

    return api
