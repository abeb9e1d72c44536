"""Teaching a source's field names over HTTP: an alert's fields to point at, and what a mapping would make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from signals.sources import DEFAULT_SOURCE
from web import dry_run_shapes, reading
from web.answers import answer
from web.api.sources import source_settings
from web.auth import require
from web.docs import documented
from web.errors import BadRequest, NotFound

if TYPE_CHECKING:
    from web.desk import Desk

BODY_MOST = 64 * 1024
STORED = "SELECT type, source, data FROM journal WHERE seq = :seq AND type IN ('signal_received', 'signal_rejected')"


class Asked(BaseModel):
    """An alert, pasted (`body`) or stored (`seq`), and settings of its source that are tried and not saved."""

    model_config = ConfigDict(extra="forbid")

    body: str | None = Field(None, max_length=BODY_MOST, description="the alert's text")
    seq: int | None = Field(None, ge=1, description="of a refused or an accepted alert")
    source: str | None = Field(None, max_length=40, description="whose rules read it; need not exist")
    query: dict[str, str] = Field(default_factory=dict, max_length=20, description="the URL's fields")
    settings: dict[str, Any] | None = Field(None, description="as in PUT /api/sources/{name}, such as a mapping")


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("teaching", __name__)

    @api.post("/api/alert-fields")
    @require("read")
    @documented(
        "An alert's fields as dotted paths, each with what it was read as, to teach a mapping by pointing",
        body={"application/json": {"schema": Asked.model_json_schema()}},
        answers={200: "the fields of each alert in it", 422: "the text holds no fields"},
        gives=dry_run_shapes.AlertFields,
    )
    def fields() -> Response:
        asked, body, source = request()
        return answer(desk.dry_run.fields(body, asked.query, source, proposed(asked)) | {"source": source})

    @api.post("/api/test-alert/proposed")
    @require("read")
    @documented(
        "The dry run of an alert with settings of its source that are not saved yet",
        body={"application/json": {"schema": Asked.model_json_schema()}},
        answers={200: "every step; `ok` says whether the alert would be accepted", 400: "settings that can't be used"},
        gives=dry_run_shapes.Explained,
    )
    def dry_run() -> Response:
        asked, body, source = request()
        return answer(desk.dry_run.explain(body, None, asked.query, source, proposed=proposed(asked)))

    def request() -> tuple[Asked, bytes, str]:
        try:
            asked = Asked.model_validate(reading.json_body())
        except ValidationError as error:
            said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
            raise BadRequest("bad_request", said, "GET /api/openapi.json has the fields.") from None
        if (asked.body is None) == (asked.seq is None):
            hint = "Send `body`, the alert's text, or `seq`, a stored alert's number."
            raise BadRequest("bad_request", "Neither a text nor a stored alert, or both.", hint)
        if asked.body is not None:
            return asked, asked.body.encode(), asked.source or DEFAULT_SOURCE
        found = desk.journal.query(STORED, {"seq": asked.seq})
        if not found:
            hint = "GET /api/rejects and GET /api/signals give numbers of stored alerts."
            raise NotFound("no_such_alert", "No alert was stored under this number.", hint)
        raw = str(orjson.loads(found[0]["data"]).get("raw") or "")
        return asked, raw.encode(), asked.source or found[0]["source"]

    return api


def proposed(asked: Asked) -> dict[str, Any] | None:
    return None if asked.settings is None else source_settings(asked.settings)
