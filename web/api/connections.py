"""Who is connected right now, for the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from web import shapes
from web.answers import answer
from web.auth import require
from web.docs import documented

if TYPE_CHECKING:
    from web.gateway import Gateway


def blueprint(gateway: Gateway) -> Blueprint:
    api = Blueprint("connections", __name__)

    @api.get("/api/connections")
    @require("admin")
    @documented(
        "The live clients of this `process`: transport, position, what waits for them", gives=shapes.Connections
    )
    def connections() -> Response:
        return answer({"process": gateway.desk.values.process, "items": gateway.connections(), "next": None})

    return api
