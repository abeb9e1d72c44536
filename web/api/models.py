"""Models over HTTP: the one in use and all that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, Response

from web import state
from web.answers import answer
from web.auth import require
from web.docs import documented

if TYPE_CHECKING:
    from web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("models", __name__)

    @api.get("/api/models")
    @require("read")
    @documented("The models, newest first, each with its card; and the one in use")
    def models() -> Response:
        rows = desk.journal.query(
            "SELECT id, sha256, status, card, created_at, updated_at FROM models ORDER BY created_at DESC LIMIT 100"
        )
        items = [row | {"card": orjson.loads(row["card"])} for row in rows]
        return answer({"items": items, "next": None, "current": state.model(desk)})

    return api
