"""Answers what comes by the thousand before Flask: its routing, contexts and response objects cost as much again.

What an answer of Flask's carries by hooks, one from here carries too: the headers, the count, the strict JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from werkzeug.http import HTTP_STATUS_CODES

from events import wire
from signals.intake import Answer
from web import security

if TYPE_CHECKING:
    from web.auth import Auth
    from web.proxies import WSGIApp
    from web.tallies import Tally

# `door(environ, path)`: the route and the answer, or None when this is Flask's to answer. Never raises.
Door = Callable[[dict[str, Any], str], tuple[str, Answer] | None]


class BeforeFlask:
    """`app` behind doors that posted requests come to first, in their order."""

    def __init__(self, app: WSGIApp, auth: Auth, counted: Tally, doors: Sequence[Door]) -> None:
        self._app, self._auth, self._counted, self._doors = app, auth, counted, doors

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            for door in self._doors:
                if (answered := door(environ, environ.get("PATH_INFO", ""))) is not None:
                    return [self._said(environ, *answered, start_response)]
        return self._app(environ, start_response)

    def _said(self, environ: dict[str, Any], route: str, got: Answer, start_response: Callable[..., Any]) -> bytes:
        self._counted.count(route, str(got.status))
        body = wire.encode(got.body)
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *got.headers.items(),
            *security.headers(https=self._auth.over_https(environ)),
        ]
        start_response(f"{got.status} {HTTP_STATUS_CODES.get(got.status, 'Answer')}", headers)
        return body
