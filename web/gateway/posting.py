"""`POST /api/events`: a batch of events in, one commit, an answer for each.

Who names a token is answered before Flask (`web/before_flask.py`): scripts send by the thousand. A page's own requests
come by Flask, where their origin and CSRF value are checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, request

from events import wire
from signals.intake import Answer
from web.answers import answer
from web.auth.guard import check_own_page, principal
from web.errors import BadRequest, TooMany, answer_to
from web.gateway.errors import OverQuota
from web.gateway.publish import BATCH_MOST, Publisher

if TYPE_CHECKING:
    from web.auth import Auth, Principal

PATH = "/api/events"
# A longer body is Flask's: here it is read in one piece.
MOST_BYTES = 1_000_000
REFUSED = ("missing_scope", "not_publishable", "account_not_external")


class Posting:
    """Both ways in to the same publisher."""

    def __init__(self, publisher: Publisher, auth: Auth, most_bytes: int) -> None:
        self._publisher, self._auth, self._most = publisher, auth, min(most_bytes, MOST_BYTES)

    def view(self) -> Response:
        """By Flask. Raises WebError."""
        found = principal()
        if found.kind == "session":
            check_own_page(found)
        told = self._published(found, request.get_data())
        return answer(told.body, told.status)

    def door(self, environ: dict[str, Any], path: str) -> tuple[str, Answer] | None:
        """Before Flask: who names a good token. Never raises."""
        if path != PATH or not (given := environ.get("HTTP_AUTHORIZATION")):
            return None
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdigit() or int(length) > self._most:
            return None
        try:
            found = self._auth.by_header(given)
            if found is None:
                return None  # Flask says so, as to everybody
            return PATH, self._published(found, environ["wsgi.input"].read(int(length)))
        except Exception as error:  # noqa: BLE001 - as Flask's error handler, which turns any failure into an answer
            return PATH, answer_to(error, PATH)

    def _published(self, found: Principal, body: bytes) -> Answer:
        try:
            said = wire.decode(body)
        except ValueError as error:
            raise BadRequest("bad_json", f"The body can't be read: {error}.", "Send events as a list.") from None
        items = said.get("events", said.get("items", [said])) if isinstance(said, dict) else said
        if not isinstance(items, list) or not 0 < len(items) <= BATCH_MOST:
            raise BadRequest("bad_event", "The body holds no list of events.", f"1 to {BATCH_MOST}, as a JSON list.")
        try:
            answers = self._publisher.publish(found, items)
        except OverQuota as error:
            raise TooMany(error.code, error.message, error.hint, error.retry_after) from None
        stored = any("error" not in one for one in answers)
        if not stored and len(answers) == 1:
            refusal = answers[0]["error"]
            return Answer(403 if refusal["code"] in REFUSED else 400, {"error": refusal})
        return Answer(200 if stored else 400, {"items": answers})
