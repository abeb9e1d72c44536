"""Socket.IO connections that have not said who they are: that is all they may say, briefly, once and soon.

The library reads any JSON from anybody, answers each wrong login on the same connection, and makes a session of every
poll without an id. Here a stranger's packet is looked at before it is read, and its first refusal is its last.
"""

from __future__ import annotations

import contextlib
import io
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from events import wire
from web.gateway.errors import BadMessage, TooMany
from web.gateway.handshake import is_handshake
from web.gateway.outbox import Outbox

if TYPE_CHECKING:
    from runtime import Runtime
    from web.gateway.stats import Stats

# Engine.IO's own: goodbye, the answer to a ping, nothing.
CONTROL = ("1", "3", "6")
CONNECT = "40"
# A token, a position and a filter of two hundred symbols of twenty letters; a longer filter goes by `subscribe`.
CONNECT_BYTES = 4096
# A socket holds one of MAX_SOCKETS, but polling sessions are made by the thousand over one. So many keep 3 MB, and a
# client is a stranger for one round trip: a thousand new ones each second or so may come.
MOST = 1_000
RETRY_SECONDS = 2
# How long a refusal waits for a poll to take it, and then for the client to leave by itself, which both libraries do:
# python-socketio stands still for a minute when both sides end a connection in the same moment.
HEAR_SECONDS, LEAVE_SECONDS = 5.0, 1.0
SEPARATOR = "\x1e"

# Told, never raised.
CONNECT_FIRST = BadMessage(
    "connect_first",
    "This connection has not said who it is.",
    f"Send the connect packet first, of at most {CONNECT_BYTES:,} bytes; a longer filter goes by `subscribe`.",
)
TOO_MANY = TooMany(
    "too_many_strangers",
    "Too many sessions have not said yet who they are.",
    "Try again soon, connect by WebSocket, or log in first: a cookie or an Authorization header is let in.",
    retry_after=RETRY_SECONDS,
)
log = logging.getLogger("web.socketio")


class Strangers:
    """Who is known, who is leaving, and what all others may do for `patience` seconds.

    `named(environ)` tells whether a request shows a login, `end(eio_sid)` ends a connection and may yield.
    """

    def __init__(
        self,
        runtime: Runtime,
        stats: Stats,
        patience: float,
        named: Callable[[Mapping[str, Any]], bool],
        end: Callable[[str], None],
    ) -> None:
        self._runtime, self._stats, self._patience = runtime, stats, patience
        self._named, self._end = named, end
        self._known: set[str] = set()
        self._leaving: set[str] = set()
        self._seen: dict[str, float] = {}
        self._server: Any = None

    def watch(self, server: Any) -> None:
        """Stand before a Socket.IO server: its requests come here first."""
        self._server, serve = server, server.handle_request

        def handle_request(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            refusal = self._refusal(environ)
            if refusal is None:
                return serve(environ, start_response)  # type: ignore[no-any-return]
            return [_said(*refusal, start_response)]

        server.handle_request = handle_request

    # Who is who: `eio_sid` is the connection's id, which the clients' own ids stand behind
    def knows(self, eio_sid: str) -> bool:
        return eio_sid in self._known

    def know(self, eio_sid: str) -> None:
        self._known.add(eio_sid)

    def forget(self, eio_sid: str) -> None:
        """It is gone, or a stranger again. Harmless when done twice."""
        self._known.discard(eio_sid)

    # What they say
    def heeded(self, eio_sid: str, packet: str | bytes) -> bool:
        """Whether a packet, still as it came, may be read; else the connection ends, and is told why."""
        if eio_sid in self._known:
            return True
        if eio_sid in self._leaving:
            if packet not in CONTROL:
                self._cut(eio_sid)
            return packet in CONTROL
        if _may_say(packet):
            return True
        with contextlib.suppress(KeyError):  # it is gone
            self._server.eio.send(eio_sid, f"4{wire.encode(_connect_error(CONNECT_FIRST)).decode()}")
        self.let_go(eio_sid)
        return False

    def let_go(self, eio_sid: str) -> None:
        """It was told that it may not come: end it when it has heard that."""
        if eio_sid not in self._leaving:
            self._stats.turned_away += 1
            self._leaving.add(eio_sid)
            self._runtime.spawn(self._end_when_heard, eio_sid)

    def _end_when_heard(self, eio_sid: str) -> None:
        try:
            socket = self._server.eio.sockets.get(eio_sid)
            if socket is not None:
                if isinstance(socket.queue, Outbox):
                    socket.queue.wait_drained(HEAR_SECONDS)
                self._runtime.sleep(LEAVE_SECONDS)
                self._end(eio_sid)
        finally:
            self._leaving.discard(eio_sid)

    def _cut(self, eio_sid: str) -> None:
        """It has heard why, and goes on."""
        socket = self._server.eio.sockets.get(eio_sid)
        if socket is not None and socket.queue.empty():
            self._end(eio_sid)

    # What they ask
    def _refusal(self, environ: dict[str, Any]) -> tuple[str, BadMessage] | None:
        """Status and reason, when a request is not for the library. A stranger's body is read here, if it is short."""
        method, query = environ["REQUEST_METHOD"], parse_qs(environ.get("QUERY_STRING", ""))
        if "sid" not in query:
            if method != "GET" or self._may_begin(environ):
                return None
            self._stats.turned_away += 1
            return "503 Service Unavailable", TOO_MANY
        eio_sid = query["sid"][0]
        if method != "POST" or eio_sid in self._known or eio_sid not in self._server.eio.sockets:
            return None
        return None if self._posted(eio_sid, environ) else ("400 Bad Request", CONNECT_FIRST)

    def _may_begin(self, environ: Mapping[str, Any]) -> bool:
        strangers = len(self._server.environ) - len(self._known)
        return strangers < MOST or is_handshake(environ) or self._named(environ)

    def _posted(self, eio_sid: str, environ: dict[str, Any]) -> bool:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length <= CONNECT_BYTES else b""
        environ["wsgi.input"] = io.BytesIO(body)
        return all(self.heeded(eio_sid, packet) for packet in body.decode(errors="replace").split(SEPARATOR))

    # How long they may say nothing
    def late(self) -> list[str]:
        """Those whose time is over. Called every second."""
        if len(self._server.environ) == len(self._known):
            self._seen = {}
            return []  # who is connected is known: five thousand need not be looked at each second
        now = time.monotonic()
        waiting = self._server.environ.keys() - self._known - self._leaving
        self._seen = {eio_sid: self._seen.get(eio_sid, now) for eio_sid in waiting}
        late = [eio_sid for eio_sid, since in self._seen.items() if now - since > self._patience]
        self._stats.turned_away += len(late)
        return late


def _may_say(packet: str | bytes) -> bool:
    if not isinstance(packet, str):
        return False
    return packet in CONTROL or (packet.startswith(CONNECT) and len(packet) <= CONNECT_BYTES)


def _connect_error(refusal: BadMessage) -> dict[str, Any]:
    return {"message": refusal.message, "data": {"code": refusal.code, "hint": refusal.hint}}


def _said(status: str, refusal: BadMessage, start_response: Callable[..., Any]) -> bytes:
    body = wire.encode({"error": refusal.error()})
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    if refusal.retry_after is not None:
        headers.append(("Retry-After", f"{refusal.retry_after:g}"))
    start_response(status, headers)
    return body
