"""Settings over HTTP: what people choose while the desk runs. What an operator sets is docs/configuration.md's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from web import desk_shapes, reading
from web.answers import answer
from web.auth import require
from web.auth.guard import principal
from web.choices import CHOICES
from web.docs import documented

if TYPE_CHECKING:
    from web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("settings", __name__)

    def shown(key: str) -> dict[str, Any]:
        choice, person = CHOICES[key], principal().id
        return {
            "key": key,
            "of": choice.of,
            "says": choice.says,
            "value": desk.chosen.get(key, person),
            "default": choice.default,
            "set": desk.chosen.is_set(key, person),
            "schema": choice.shape.model_json_schema(),
        }

    @api.get("/api/settings")
    @require("read")
    @documented(
        "What people may set while the desk runs: each with its value, default and schema", gives=desk_shapes.Settings
    )
    def listing() -> Response:
        return answer({"items": [shown(key) for key in CHOICES], "next": None})

    @api.get("/api/settings/<key>")
    @require("read")
    @documented(
        "One setting's value",
        answers={200: "the value", 404: "no such setting; the nearest is named"},
        gives=desk_shapes.SettingValue,
    )
    def one(key: str) -> Response:
        return answer(desk.chosen.get(key, principal().id))

    @api.put("/api/settings/<key>")
    @require("admin")
    @documented(
        "Change a setting; what is left out of its fields stays. Every browser follows",
        body={"application/json": {"schema": {"type": "object"}}},
        answers={200: "the value now", 400: "not of its schema", 404: "no such setting; the nearest is named"},
        gives=desk_shapes.SettingValue,
    )
    def save(key: str) -> Response:
        return answer(desk.chosen.save(key, reading.json_body(), principal().id))

    @api.delete("/api/settings/<key>")
    @require("admin")
    @documented(
        "Set a setting back to its default",
        answers={200: "the default", 404: "no such setting"},
        gives=desk_shapes.SettingValue,
    )
    def reset(key: str) -> Response:
        return answer(desk.chosen.reset(key, principal().id))

    return api
