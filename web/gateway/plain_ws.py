"""Plain WebSocket clients at `/ws`: JSON text, one object a message, the same envelopes as everywhere."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Flask, Response, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed

from events import wire
from events.clock import new_id
from web.answers import answer
from web.auth import require
from web.docs import documented
from web.errors import NotAllowed
from web.gateway import internals
from web.gateway.client import Client
from web.gateway.errors import BadMessage, TooMany
from web.gateway.greeting import Greeting, may_come
from web.gateway.joining import POLICY, Position
from web.gateway.messages import Message, Packet, text
from web.gateway.stats import refusal_envelope

if TYPE_CHECKING:
    from web.auth import Auth, Principal
    from web.gateway.gateway import Gateway

MESSAGE_BYTES = 128 * 1024
UNREAD_MOST = 1000
NOT_AUTHENTICATED, ENDED, TRY_AGAIN = 4401, 4401, 1013
# How long a client that is let go has for the closing handshake, and one that is refused to hear why.
CLOSE_SECONDS = 0.3
HEAR_SECONDS = 1.0
# What is asked by these is told in the answer; other messages are answered where they bring an `id`.
ANSWERED = frozenset({"history", "playback", "playback_control"})


class PlainWebSocket:
    """Mounts `/ws` and `/ws/stats`."""

    def __init__(self, gateway: Gateway, auth: Auth, pinned: bool) -> None:
        self._gateway, self._auth, self._runtime = gateway, auth, gateway.runtime
        self._pinned = pinned

    def init_app(self, app: Flask) -> None:
        """Register the routes; a foreign page is refused before the upgrade."""
        app.config["SOCK_SERVER_OPTIONS"] = {
            "ping_interval": self._gateway.desk.values.ping_seconds,
            "max_message_size": MESSAGE_BYTES,
        }
        room = Blueprint("sockets", __name__)
        Sock(app).route("/ws", room)(self._serve)

        @room.before_request
        def own_pages_only() -> None:
            request.environ.pop(internals.COMPRESSION, None)
            if not self._auth.origin_allowed(request.headers.get("Origin"), request.host):
                raise NotAllowed(
                    "foreign_origin",
                    "Another web page asked for this.",
                    "Name its origin in ALLOWED_ORIGINS if it may.",
                )

        @room.get("/ws/stats")
        @require("read")
        @documented("Figures about the live connections: how many, how much is queued, how fast it is delivered")
        def stats() -> Response:
            return answer(self._gateway.figures())

        app.register_blueprint(room)

    def _serve(self, ws: Any) -> None:
        line: Any
        if self._pinned:
            line = ws.sock = internals.line_of(ws.sock)
        else:
            line = internals.StockLine(ws)
        asked: Mapping[str, Any] = dict(request.args)
        principal = self._by_request()
        if principal is None:
            first = self._first(ws)
            principal = self._by_message(first)
            if principal is None or first is None:
                self._turn_away(ws, line, "not_authenticated")
                return
            asked = first
        if not may_come(principal):
            self._turn_away(ws, line, "missing_scope")
            return
        try:
            self._gateway.door.admit(principal, request.remote_addr or "")
        except TooMany as error:
            self._turn_away(ws, line, error.code, TRY_AGAIN)
            return
        self._follow(ws, line, principal, asked)

    # Who
    def _by_request(self) -> Principal | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._auth.check_token(token.strip())
        return self._auth.check_session_cookie(request.environ)

    def _by_message(self, first: Mapping[str, Any] | None) -> Principal | None:
        token = first.get("token") if first is not None and first.get("op") == "auth" else None
        return self._auth.check_token(token) if isinstance(token, str) else None

    def _first(self, ws: Any) -> Mapping[str, Any] | None:
        received = ws.receive(timeout=self._gateway.desk.values.socket_auth_seconds)
        if received is None:
            return None
        try:
            return read(received)
        except BadMessage:
            return None

    def _turn_away(self, ws: Any, line: Any, code: str, closing: int = NOT_AUTHENTICATED) -> None:
        self._gateway.stats.refused += 1
        with contextlib.suppress(ConnectionClosed, OSError):
            ws.close(closing, code)
        self._runtime.sleep(0.05)
        line.abort()

    # Following
    def _follow(self, ws: Any, line: Any, principal: Principal, asked: Mapping[str, Any]) -> None:
        outbox = self._gateway.new_outbox()

        def close(code: int, reason: str) -> None:
            self._gateway.forget(client)
            self._runtime.spawn(self._end, ws, line, code, reason)
            outbox.clear()

        about = {
            "transport": "websocket",
            "address": request.remote_addr or "",
            "user_agent": request.headers.get("User-Agent", "")[:200],
        }
        client = Client(new_id(), "ws", principal, outbox, close, about, self._gateway.new_allowance())
        outbox.on_over = lambda: self._gateway.overrun(client)
        if self._pinned:
            outbox.line = line
        self._gateway.remember(client)
        outbox.write_with(lambda packet: line.send_text(packet.encode()), lambda: self._hung_up(client))
        try:
            self._begin(client, asked)
            self._read(ws, client)
        except ConnectionClosed:
            client.gone = True
        finally:
            client.gone = True
            self._gateway.forget(client)
            outbox.clear()
            outbox.join_writer(CLOSE_SECONDS)

    def _begin(self, client: Client, asked: Mapping[str, Any]) -> None:
        try:
            greeting = Greeting.read(asked)
        except BadMessage as error:
            # Whoever mistypes what it wants must not be sent everything instead.
            self._tell(client, self._gateway.commands.refuse(client, error)["error"])
            client.outbox.wait_drained(HEAR_SECONDS)
            client.close(POLICY, error.code)
            return
        client.subscription = greeting.wanted
        if client.principal.may("read"):
            self._runtime.spawn(self._gateway.joining.welcome, client, greeting.position, greeting.history)

    def _hung_up(self, client: Client) -> None:
        if not client.gone:
            client.close(TRY_AGAIN, "it hung up")

    def _read(self, ws: Any, client: Client) -> None:
        while not client.gone:
            received = ws.receive()
            if len(ws.input_buffer) > UNREAD_MOST:
                client.close(POLICY, "a flood of messages")
                return
            self._take(client, received)

    def _take(self, client: Client, received: Any) -> None:
        commands = self._gateway.commands
        try:
            message = read(received)
        except BadMessage as error:
            self._tell(client, commands.refuse(client, error)["error"])
            return
        name = message.get("op")
        if name == "auth":  # it is known already: what is left of it is what it wants, and its position
            if "types" in message or "symbols" in message:
                self._answer(client, "subscribe", message)
            if Position.read(message.get("epoch"), message.get("seq")) is None:
                return
            name = "resume"
        self._answer(client, str(name), message)

    def _answer(self, client: Client, name: str, message: Mapping[str, Any]) -> None:
        found = self._gateway.commands.take(client, name, message)
        if found is None or client.gone:
            return
        if name == "publish":
            client.outbox.put(Packet(text(wire.encode({"op": "ack", **found}))))
        elif "id" in message or (name in ANSWERED and "error" not in found):
            told = {"op": "answer", "to": name, "id": message.get("id"), **found}
            client.outbox.put(Packet(text(wire.encode(told))))
        elif "error" in found:
            self._tell(client, found["error"])

    def _tell(self, client: Client, error: dict[str, Any]) -> None:
        if not client.gone:
            client.send(Message(refusal_envelope(client.id, error)))

    def _end(self, ws: Any, line: Any, code: int, reason: str) -> None:
        """The closing handshake when the line is free, and the end in any case."""
        if line.open():
            with contextlib.suppress(ConnectionClosed, OSError):
                ws.close(code, reason)
        self._runtime.sleep(CLOSE_SECONDS)
        line.abort()


def read(received: Any) -> Mapping[str, Any]:
    """One message. Raises BadMessage."""
    try:
        message = wire.decode(received.encode() if isinstance(received, str) else bytes(received))
    except ValueError as error:
        raise BadMessage(
            "bad_message", f"The message can't be read: {error}.", 'Such as {"op": "subscribe"}.'
        ) from None
    if not isinstance(message, Mapping):
        raise BadMessage("bad_message", "The message is not an object.", 'Such as {"op": "subscribe"}.')
    return message
