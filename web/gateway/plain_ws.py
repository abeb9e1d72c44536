"""Plain WebSocket clients at `/ws`: JSON text, one object a message, the same envelopes as everywhere."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, request

from web.answers import answer
from web.auth import require
from web.docs import documented
from web.errors import NotAllowed
from web.gateway.errors import BadMessage, TooMany
from web.gateway.greeting import may_come
from web.gateway.handshake import NotAWebSocket, accept
from web.gateway.joining import TRY_AGAIN
from web.gateway.plain_client import PlainClient, read
from web.gateway.websocket import WebSocket

if TYPE_CHECKING:
    from web.auth import Auth, Principal
    from web.gateway.gateway import Gateway

MESSAGE_BYTES = 128 * 1024
NOT_AUTHENTICATED, ENDED = 4401, 4401
log = logging.getLogger("web.gateway")


class Taken(Response):
    """The request was answered by the WebSocket itself, which lives on without it."""

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        del environ, start_response
        return ()


class PlainWebSocket:
    """Mounts `/ws` and `/ws/stats`."""

    def __init__(self, gateway: Gateway, auth: Auth) -> None:
        self._gateway, self._auth = gateway, auth

    def init_app(self, app: Flask) -> None:
        """Register the routes; a foreign page is refused before the upgrade."""
        room = Blueprint("sockets", __name__)

        @room.before_request
        def own_pages_only() -> None:
            if not self._auth.origin_allowed(request.headers.get("Origin"), request.host):
                raise NotAllowed(
                    "foreign_origin",
                    "Another web page asked for this.",
                    "Name its origin in ALLOWED_ORIGINS if it may.",
                )

        @room.route("/ws", websocket=True)
        def serve() -> Response:
            try:
                socket = accept(request.environ, self._gateway.runtime, MESSAGE_BYTES, self._gateway.leaving)
            except NotAWebSocket as error:
                return Response(str(error), 400, {"Sec-WebSocket-Version": "13"}, content_type="text/plain")
            except OSError as error:
                log.debug("a client was gone before it was answered: %s", error)
                return Taken()
            try:
                self._serve(socket)
            except BaseException:
                socket.close(TRY_AGAIN, "the desk failed at this")
                raise
            return Taken()

        @room.get("/ws/stats")
        @require("read")
        @documented(
            "Figures about this `process`' live connections: how many, how much is queued, how fast it is delivered"
        )
        def stats() -> Response:
            return answer({"process": self._gateway.desk.values.process} | self._gateway.figures())

        app.register_blueprint(room)

    def _serve(self, socket: WebSocket) -> None:
        asked: Mapping[str, Any] = dict(request.args)
        principal = self._by_request()
        if principal is None:
            first = self._first(socket)
            principal = self._by_message(first)
            if principal is None or first is None:
                return self._turn_away(socket, "not_authenticated")
            asked = first
        if not may_come(principal):
            return self._turn_away(socket, "missing_scope")
        address = request.remote_addr or ""
        try:
            self._gateway.door.admit(principal, address)
        except TooMany as error:
            return self._turn_away(socket, error.code, TRY_AGAIN)
        user_agent = sys.intern(request.headers.get("User-Agent", "")[:200])  # thousands have the same
        about = {"transport": "websocket", "address": address, "user_agent": user_agent}
        return PlainClient(self._gateway, socket, principal, about).begin(asked)

    # Who
    def _by_request(self) -> Principal | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._auth.check_token(token.strip())
        return self._auth.check_session_cookie(request.environ)

    def _by_message(self, first: Mapping[str, Any] | None) -> Principal | None:
        token = first.get("token") if first is not None and first.get("op") == "auth" else None
        return self._auth.check_token(token) if isinstance(token, str) else None

    def _first(self, socket: WebSocket) -> Mapping[str, Any] | None:
        received = socket.wait(timeout=self._gateway.desk.values.socket_auth_seconds)
        if received is None:
            return None
        try:
            return read(received)
        except BadMessage:
            return None

    def _turn_away(self, socket: WebSocket, code: str, closing: int = NOT_AUTHENTICATED) -> None:
        self._gateway.stats.refused += 1
        socket.close(closing, code)
