"""What can go wrong at the door, and the one place that turns any failure into an answer.

    WebError
    ├── BadRequest          400   the request can't be read
    ├── NotAuthenticated    401   nobody we know
    ├── NotAllowed          403   known, but not for this
    ├── NotFound            404
    ├── TooMany             429   never for alerts
    └── NotAvailable        503   try again

Every answer is `{"error": {"code", "message", "hint"}}`; only a person at an address that is none gets a page.
No traceback, no path and no text of the request leaves.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from signals.intake import Answer
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

    @app.errorhandler(HTTPException)
    def standard(error: HTTPException) -> Response:
        status = error.code or 500
        if status == 404 and page_wanted():
            return Response(render_template("not_found.html"), 404)
        code, message, hint = STANDARD.get(status, ("http_error", error.name + ".", "See /api/docs."))
        response = answer(refusal(code, message, hint), status)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "retry-after"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def any_other(error: Exception) -> Response:
        told = answer_to(error, request.url_rule.rule if request.url_rule else "no route")
        return answer(told.body, told.status, told.headers)


def page_wanted() -> bool:
    """Whether a person looks for a page: asked for HTML before JSON, outside the API, where there are pages at all."""
    accepts = request.accept_mimetypes
    looking = request.method in ("GET", "HEAD") and accepts["text/html"] > accepts["application/json"]
    return looking and not request.path.startswith("/api/") and "pages" in current_app.blueprints


def answer_to(error: Exception, where: str) -> Answer:
    """What a failure at the route `where` is answered; one that nobody expected is logged."""
    code = getattr(error, "code", None)
    if isinstance(error, WebError):
        headers = {"WWW-Authenticate": 'Bearer realm="Signal Desk"'} if error.status == 401 else {}
        if error.retry_after is not None:
            headers["Retry-After"] = str(max(1, round(error.retry_after)))
        return Answer(error.status, refusal(error.code, error.message, error.hint), headers)
    if isinstance(code, str):  # an error of the floors below: it carries its own words
        status = int(getattr(error, "status", 503 if code in LATER else 400))
        told = refusal(code, str(getattr(error, "message", error)), str(getattr(error, "hint", "")))
        return Answer(status, told, {"Retry-After": "5"} if status == 503 else {})
    if isinstance(error, TimeoutError):
        told = refusal("too_busy", "The desk could not answer in time.", "Try again in seconds.")
        return Answer(503, told, {"Retry-After": "5"})
    log.error("unexpected failure at %s", where, exc_info=error)
    hint = "The log names the cause. Nothing was changed unless the log says so."
    return Answer(500, refusal("internal_error", "The desk failed to answer this.", hint))
