"""Models over HTTP: the one in use and all that are known."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson
from flask import Blueprint, Response

from events.clock import now_utc
from signals import scores
from web import shapes, state
from web.answers import answer
from web.auth import require
from web.auth.guard import principal
from web.docs import documented

if TYPE_CHECKING:
    from web.desk import Desk

NO_IMPORTANCE = "This model's card has no importance of its features; `strength` is what they added to recent scores."


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("models", __name__)

    @api.get("/api/models")
    @require("read")
    @documented("The models, newest first, each with its card; and the one in use", gives=shapes.Models)
    def models() -> Response:
        rows = desk.journal.query(
            "SELECT id, sha256, status, card, created_at, updated_at FROM models ORDER BY created_at DESC LIMIT 100"
        )
        items = [row | {"card": orjson.loads(row["card"])} for row in rows]
        return answer({"items": items, "next": None, "current": state.model(desk)})

    @api.get("/api/models/summary")
    @require("read")
    @documented(
        "What the model in use said lately: its scores, verdicts by confidence band, last predictions, importance, and "
        "the sizing rules in force",
        gives=shapes.Summary,
    )
    def summary() -> Response:
        card = state.model(desk)
        told = scores.summary(desk.journal, now_utc())
        importance = card.get("importance")
        note = None if importance else NO_IMPORTANCE
        rules = {"sizing": asdict(desk.rules), "high_confidence": desk.chosen.get("high_confidence", principal().id)}
        return answer({"model": card, "importance": importance, "importance_note": note, **told, **rules})

    return api
