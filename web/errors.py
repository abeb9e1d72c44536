"""What can go wrong at the door, and the one place that turns any failure into an answer.

    WebError
    ├── BadRequest          400   the request can't be read
    ├── NotAuthenticated    401   nobody we know
    ├── NotAllowed          403   known, but not for this
    ├── NotFound            404
    ├── TooMany             429   never for alerts
    └── NotAvailable        503   try again

Every answer is `{"error": {"code", "message", "hint"}}`. No traceback, no path and no text of the request leaves.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from web.answers import answer

log = logging.getLogger("web")


class WebError(Exception):
    """Answered as it says: `status`, `code` (a reason code), `message` and `hint` for people."""

    status = 500

    def __init__(self, code: str, message: str, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.retry_after = code, message, hint, retry_after


class BadRequest(WebError):
    status = 400


class NotAuthenticated(WebError):
    status = 401


class NotAllowed(WebError):
    status = 403


class NotFound(WebError):
    status = 404


class TooMany(WebError):
    status = 429


class NotAvailable(WebError):
    status = 503


# Codes of the floors below that mean: nothing is wrong with the request, send it again.
LATER = frozenset({"not_stored", "query_too_slow", "cursor_moved", "database_unavailable"})
# What Flask and werkzeug raise by themselves, said in our words.
STANDARD: dict[int, tuple[str, str, str]] = {
    400: ("bad_request", "The request can't be read.", "See /api/docs for what this address takes."),
    404: ("not_found", "There is nothing at this address.", "See /api/docs for the addresses that exist."),
    405: ("wrong_method", "This address does not take that method.", "See the Allow header, or /api/docs."),
    408: ("too_slow", "The request took too long to arrive.", "Send it again."),
    413: ("too_large", "The request's body is too large.", "Send it in smaller pieces."),
    415: ("wrong_content_type", "This address does not take that content type.", "Send application/json."),
}


def refusal(code: str, message: str, hint: str) -> dict[str, Any]:
    """The one shape of a refusal."""
    return {"error": {"code": code, "message": message, "hint": hint}}


def install(app: Flask) -> None:
    """Register the mapping; nothing else in `web` turns an exception into an answer."""

    @app.errorhandler(WebError)
    def ours(error: WebError) -> Response:
        response = answer(refusal(error.code, error.message, error.hint), error.status)
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(max(1, round(error.retry_after)))
        if error.status == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="Signal Desk"'
        return response

    @app.errorhandler(HTTPException)
    def standard(error: HTTPException) -> Response:
        status = error.code or 500
        code, message, hint = STANDARD.get(status, ("http_error", error.name + ".", "See /api/docs."))
        response = answer(refusal(code, message, hint), status)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        rule = request.url_rule.rule if request.url_rule else "no route"
        code = getattr(error, "code", None)
        if isinstance(code, str):  # an error of the floors below: it carries its own words
            hint = str(getattr(error, "hint", ""))
            status = int(getattr(error, "status", 503 if code in LATER else 400))
            response = answer(refusal(code, str(getattr(error, "message", error)), hint), status)
            if status == 503:
                response.headers["Retry-After"] = "5"
            return response
        if isinstance(error, TimeoutError):
            response = answer(refusal("too_busy", "The desk could not answer in time.", "Try again in seconds."), 503)
            response.headers["Retry-After"] = "5"
            return response
        log.error("unexpected failure at %s", rule, exc_info=error)
        hint = "The log names the cause. Nothing was changed unless the log says so."
        return answer(refusal("internal_error", "The desk failed to answer this.", hint), 500)
