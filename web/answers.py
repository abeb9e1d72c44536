"""JSON answers, strictly encoded: NaN must never reach a browser, so every answer goes through the wire's encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from events import wire


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`body` as JSON. Raises events.wire.NotFinite when it holds NaN or infinity."""
    response = Response(wire.encode(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if headers:
        response.headers.update(headers)
    return response
