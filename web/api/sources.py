"""Sources over HTTP: their settings, and a new token where an old one got about."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from flask import Blueprint, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from signals.alert.mapping import OURS
from signals.alert.times import zone_known
from web import alert_shapes, reading
from web.answers import answer
from web.auth import require
from web.auth.guard import principal
from web.docs import documented
from web.errors import BadRequest, NotFound
from web.setup import webhook_url

if TYPE_CHECKING:
    from web.desk import Desk

NAME = r"[a-z0-9][a-z0-9_-]{0,39}"
Path = Annotated[str, Field(min_length=1, max_length=100)]


class SourceSettings(BaseModel):
    """What a source may be set to; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    symbol: str | None = Field(None, max_length=40, description="for alerts that name none")
    interval: str | None = Field(None, max_length=10, description="for alerts that name none")
    long_only: bool = Field(False, description="a bare sell closes, and never opens a short")
    mapping: dict[Path, Path] | None = Field(None, max_length=60, description="our field: their dotted path")
    timezone: str | None = Field(None, max_length=40, description="of time stamps without one")
    expected_every_s: float | None = Field(None, ge=1, le=31 * 86400, description="silence beyond this is a gap")
    id_is_key: bool = Field(False, description="the sender's id makes a resend a duplicate")
    muted_until: AwareDatetime | None = Field(None, description="no gap alerts until then")

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str | None) -> str | None:
        if name is not None and not zone_known(name):
            raise ValueError("no time zone has this name; use one such as America/Chicago")
        return name

    @field_validator("mapping")
    @classmethod
    def _fields(cls, mapping: dict[str, str] | None) -> dict[str, str] | None:
        if unknown := sorted(set(mapping or {}) - set(OURS)):
            raise ValueError(f"no field of ours is called {unknown[0]}; there are {', '.join(OURS)}")
        return mapping


def source_settings(asked: Any) -> dict[str, Any]:
    """The settings that were asked for, as `Sources.save` takes them. Raises BadRequest."""
    try:
        made = SourceSettings.model_validate(asked)
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise BadRequest("bad_source", said, "GET /api/openapi.json has the fields.") from None
    return made.model_dump(mode="json", exclude_unset=True)


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("sources", __name__)

    @api.get("/api/sources")
    @require("admin")
    @documented("Every source with its settings and its webhook URL", gives=alert_shapes.Sources)
    def listing() -> Response:
        return answer({"items": [shown(source) for source in desk.sources.list()], "next": None})

    @api.put("/api/sources/<name>")
    @require("admin")
    @documented(
        "Make a source, or change its settings",
        body={"application/json": {"schema": SourceSettings.model_json_schema()}},
        answers={200: "the source as it is now", 400: "a setting that does not exist or can't be used"},
        gives=alert_shapes.Source,
    )
    def save(name: str) -> Response:
        if not re.fullmatch(NAME, name):
            hint = "Lower-case letters, digits, - and _, at most 40."
            raise BadRequest("bad_source_name", "A source can't have this name.", hint)
        return answer(shown(desk.sources.save(name, principal().id, **source_settings(reading.json_body()))))

    @api.post("/api/sources/<name>/rotate")
    @require("admin")
    @documented("Give a source a new webhook token; the old one opens nothing from now on", gives=alert_shapes.Source)
    def rotate(name: str) -> Response:
        if desk.sources.get(name) is None:
            raise NotFound("unknown_source", "There is no source with this name.", "GET /api/sources lists them.")
        if desk.sources.is_fixed(name):
            hint = "Set another WEBHOOK_TOKEN, or none, and start again."
            raise BadRequest("token_fixed", "WEBHOOK_TOKEN in the settings is this source's token.", hint)
        return answer(shown(desk.sources.rotate(name, principal().id)))

    def shown(source: Any) -> dict[str, Any]:
        fixed = desk.sources.is_fixed(source.name)
        return asdict(source) | {"url": webhook_url(desk, source.name), "fixed": fixed}

    return api
