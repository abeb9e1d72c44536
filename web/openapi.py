"""The API's own document, made from the routes that exist, and the page that shows it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, current_app, render_template
from pydantic import BaseModel
from werkzeug.routing import Rule

from events import catalogue
from web.answers import answer
from web.docs import Said, documented

if TYPE_CHECKING:
    from web.desk import Desk

PUBLIC = ("api", "webhook", "ws", "healthz", "readyz", "metrics")
# Views that a library makes, which can't say it themselves.
SAID_HERE = {
    "/ws": Said(
        "Plain WebSocket with the same envelopes; first say {op: auth, token, epoch, seq, types, symbols, history}",
        answers={101: "the socket is open", 403: "another web page asked"},
    )
}
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "hint"],
            "properties": {name: {"type": "string"} for name in ("code", "message", "hint")},
        }
    },
}
GROUPS = (
    ("Alerts", ("/webhook", "/api/test-alert", "/api/alert-fields", "/api/backfill")),
    ("Signals and events", ("/api/signals", "/api/events", "/api/state", "/api/export")),
    ("Sources and models", ("/api/webhook", "/api/sources", "/api/rejects", "/api/gaps", "/api/models")),
    ("Access", ("/api/session", "/api/tokens", "/api/login-links")),
    ("Settings and long jobs", ("/api/settings", "/api/jobs")),
    ("The server", ("",)),
)


def blueprint(desk: Desk) -> Blueprint:
    """`/api/openapi.json`, `/api/docs` and `/api/events.schema.json`."""
    api = Blueprint("openapi", __name__)

    @api.get("/api/openapi.json")
    @documented("This document", open_to_all=True)
    def whole() -> Response:
        return answer(document(current_app, desk))

    @api.get("/api/docs")
    @documented("The API's own page", open_to_all=True)
    def page() -> str:
        made = document(current_app, desk)
        return render_template("docs.html", document=made, groups=grouped(made))

    @api.get("/api/events.schema.json")
    @documented("JSON Schema of every event type", open_to_all=True)
    def schemas() -> Response:
        return answer(catalogue.json_schema())

    return api


def document(app: Flask, desk: Desk) -> dict[str, Any]:
    """OpenAPI 3.1 of every public route."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith("_refused") or not is_public(rule):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths[openapi_path(rule)][method.lower()] = operation(app, rule)
    schemas: dict[str, Any] = {"Error": ERROR}
    for view in app.view_functions.values():
        shape = getattr(getattr(view, "said", None), "gives", None)
        if shape is not None:
            schemas |= declared(shape)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Signal Desk",
            "version": desk.version,
            "description": "Send `Authorization: Bearer <token>`. Lists are {items, next}; "
            "refusals {error: {code, message, hint}}.",
        },
        "servers": [{"url": desk.values.public_url or "/"}],  # relative: to where the document came from
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def declared(shape: type[BaseModel]) -> dict[str, Any]:
    """An answer's schema and those it refers to, by name."""
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {**schema.pop("$defs", {}), shape.__name__: schema}


def is_public(rule: Rule) -> bool:
    """Whether the route is for programs; the pages are for people."""
    return rule.rule.split("/")[1] in PUBLIC


def operation(app: Flask, rule: Rule) -> dict[str, Any]:
    """One method of one route, from what its view says about itself."""
    view: Any = app.view_functions[rule.endpoint]
    said: Said = getattr(view, "said", None) or SAID_HERE.get(rule.rule) or Said(rule.endpoint)
    scope = getattr(view, "scope", None)
    made: dict[str, Any] = {
        "summary": said.summary.rstrip("."),
        "operationId": re.sub(r"\W+", "_", rule.endpoint),
        "x-scope": scope or ("open" if said.open_to_all else "read"),
        "security": [] if said.open_to_all else [{"token": []}],
        "responses": {str(status): {"description": text} for status, text in sorted(said.answers.items())},
    }
    if said.gives is not None:
        good = min(made["responses"])
        made["responses"][good]["content"] = {
            "application/json": {"schema": {"$ref": f"#/components/schemas/{said.gives.__name__}"}}
        }
    if scope:
        made["responses"]["401"] = {"description": "no login and no token", "content": refused()}
        made["responses"]["403"] = {"description": f"lacks the scope `{scope}`", "content": refused()}
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": name.replace("_", " "),
            "schema": {"type": "string"},
        }
        for name in sorted(rule.arguments)
    ]
    parameters += [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in said.query.items()
    ]
    if parameters:
        made["parameters"] = parameters
    if said.body:
        made["requestBody"] = {"content": dict(said.body)}
    return made


def refused() -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}


def openapi_path(rule: Rule) -> str:
    """`/api/signals/<id>` as `/api/signals/{id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def grouped(made: dict[str, Any]) -> list[tuple[str, list[tuple[str, str, dict[str, Any]]]]]:
    """The document's operations by subject, for the page."""
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {name: [] for name, _ in GROUPS}
    for path, methods in made["paths"].items():
        name = next(name for name, prefixes in GROUPS if path.startswith(prefixes))
        found[name] += [(path, method.upper(), said) for method, said in methods.items()]
    return [(name, operations) for name, operations in found.items() if operations]
