"""Socket.IO clients: who they are is settled before anything is sent, then they are clients like all others."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engineio.packet import NOOP
from engineio.packet import Packet as EnginePacket
from flask import Flask
from flask_socketio import SocketIO
from socketio.exceptions import ConnectionRefusedError as Refused
from socketio.packet import BINARY_ACK, BINARY_EVENT

from events import wire
from events.errors import EventsError
from web.gateway import internals, stock
from web.gateway.client import Client
from web.gateway.errors import BadMessage
from web.gateway.greeting import Greeting, may_come
from web.gateway.messages import Message
from web.gateway.outbox import Outbox
from web.gateway.stats import refusal_envelope
from web.gateway.strangers import Strangers

if TYPE_CHECKING:
    from web.auth import Auth, Principal
    from web.gateway.gateway import Gateway

MESSAGE_BYTES = 128 * 1024
ENDED = 4401
JOIN_SECONDS = 5.0
# What is asked of the request that a client came by; the library would keep all of it, and the request's buffers.
OF_A_REQUEST = (
    *("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_HOST", "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_USER_AGENT"),
    *("REMOTE_ADDR", "wsgi.url_scheme"),
)
# Packets that announce attachments. No command takes any, and the library keeps as many as a client announces.
BINARY = (str(BINARY_EVENT), str(BINARY_ACK))
log = logging.getLogger("web.socketio")


class Json:
    """Strict JSON for the library: NaN must never reach a browser."""

    @staticmethod
    def dumps(value: Any, **how: Any) -> str:
        del how
        return wire.encode(value).decode()

    @staticmethod
    def loads(text: str, **how: Any) -> Any:
        del how
        return wire.decode(text.encode())


class SocketIOAdapter:
    """Owns the Socket.IO server; `sweep` is called every second."""

    def __init__(self, gateway: Gateway, auth: Auth, pinned: bool) -> None:
        self._gateway, self._auth = gateway, auth
        self._values = gateway.desk.values
        self._clients: dict[str, Client] = {}
        patience = self._values.socket_auth_seconds
        self._strangers = Strangers(gateway.runtime, gateway.stats, patience, self._named, self._show_out)
        self._pinned = pinned
        self._server: Any = None

    def init_app(self, app: Flask) -> SocketIO:
        """Mount it. No CORS, no compression, no cookie of its own, handlers in order."""
        # A stranger's broken packet is counted, not logged with a traceback.
        quiet = logging.getLogger("web.socketio.library")
        quiet.setLevel(logging.CRITICAL)
        sockets = SocketIO(
            app,
            async_mode=self._gateway.runtime.socketio_mode,
            cors_allowed_origins=self._origin_allowed,
            ping_interval=self._values.ping_seconds,
            ping_timeout=self._values.ping_timeout_seconds,
            max_http_buffer_size=MESSAGE_BYTES,
            http_compression=False,
            async_handlers=False,
            logger=quiet,
            engineio_logger=quiet,
            json=Json,
            # Its polling needs every request at the process that has the session; the stateless long poll does not.
            transports=["polling", "websocket"] if self._values.role == "all" else ["websocket"],
            cookie=None,
            manage_session=False,
            client_manager=internals.Members() if self._pinned else None,
        )
        self._server = sockets.server
        eio = self._server.eio
        if self._pinned:
            internals.install(
                eio,
                self._gateway.runtime,
                self._gateway.new_outbox,
                eio.get_queue_empty_exception(),
                EnginePacket(NOOP),
                self._gateway.pings,
                self._gateway.leaving,
                self._strangers,
                MESSAGE_BYTES,
                self._values.header_seconds,
            )
            internals.keep_of_requests(self._server, OF_A_REQUEST)
        else:
            stock.mend(eio)
        self._strangers.watch(self._server)
        if internals.takes_messages(self._server):
            eio.on("message", self._message)
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        for name in self._gateway.commands.names:
            self._server.on(name, self._command(name))
        self._server.on("*", lambda name, sid, data=None, *_: self._command(name)(sid, data))
        return sockets

    def _origin_allowed(self, origin: str | None, environ: Mapping[str, Any]) -> bool:
        return self._auth.origin_allowed(origin, str(environ.get("HTTP_HOST", "")))

    def _message(self, eio_sid: str, data: Any) -> None:
        """The library's own handler; what it can't read ends the connection, and so does a stranger's only try."""
        known = self._strangers.knows(eio_sid)
        if not (known or self._strangers.heeded(eio_sid, f"4{data}")):
            return
        try:
            if not isinstance(data, str) or data.startswith(BINARY):
                raise ValueError("nothing here is said in bytes")
            internals.hand_over(self._server, eio_sid, data)
        except Exception as error:  # noqa: BLE001 - a stranger's packet may break the parser anyhow
            self._gateway.stats.refused += 1
            log.debug("a packet could not be read: %s", type(error).__name__)
            self._server.eio.disconnect(eio_sid)
        if not (known or self._strangers.knows(eio_sid)):
            self._strangers.let_go(eio_sid)

    # Coming
    def _connect(self, sid: str, environ: dict[str, Any], given: Any = None, *_: Any) -> bool:
        if sid in self._clients:
            # The library calls whatever a client names as an event: what came is the client's word, not a request.
            raise ValueError("a client that is connected said `connect`")
        asked = given if isinstance(given, Mapping) else {}
        principal = self._who(environ, asked)
        try:
            greeting = Greeting.read(asked)
            self._gateway.door.admit(principal, str(environ.get("REMOTE_ADDR", "")))
        except BadMessage as error:
            raise Refused(error.message, {"code": error.code, "hint": error.hint}) from None
        client = self._client(sid, environ, principal)
        if client is None:
            return False
        client.subscription = greeting.wanted
        self._gateway.runtime.spawn(self._join, client, sid, greeting)
        return True

    def _who(self, environ: Mapping[str, Any], asked: Mapping[str, Any]) -> Principal:
        token = asked.get("token")
        scheme, _, header = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        if token is None and scheme.lower() == "bearer":
            token = header.strip()
        if token is not None:
            principal = self._auth.check_token(token) if isinstance(token, str) else None
        elif environ.get("HTTP_SEC_FETCH_SITE") == "cross-site" and not environ.get("HTTP_ORIGIN"):
            principal = None  # another site's page, hiding where it comes from
        else:
            principal = self._auth.check_session_cookie(environ)
        if principal is None:
            raise Refused(
                "Not authenticated", {"code": "not_authenticated", "hint": "Log in, or give auth: {token: …}."}
            )
        if not may_come(principal):
            hint = "It needs the scope `read`, or one to publish with."
            raise Refused("This token may neither read nor publish", {"code": "missing_scope", "hint": hint})
        return principal

    def _named(self, environ: Mapping[str, Any]) -> bool:
        """Whether a request shows a login by itself."""
        try:
            self._who(environ, {})
        except (Refused, EventsError):
            return False
        return True

    def _client(self, sid: str, environ: dict[str, Any], principal: Principal) -> Client | None:
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        socket = self._server.eio.sockets.get(eio_sid)
        if socket is None or socket.closed:
            return None
        if self._pinned:
            outbox: Outbox = socket.queue
        else:
            outbox = stock.StockOutbox(
                self._values.client_queue_bytes, lambda text: self._server.eio.send(eio_sid, text)
            )

        def close(code: int, reason: str) -> None:
            self._gateway.forget(client)
            self._gateway.runtime.spawn(self._end, sid, eio_sid, code)
            log.info("client %s ended: %s", sid, reason)

        about = {
            "transport": "websocket" if socket.upgraded else "polling",
            "address": environ.get("REMOTE_ADDR", ""),
            "user_agent": sys.intern(str(environ.get("HTTP_USER_AGENT", ""))[:200]),  # thousands have the same
        }
        client = Client(sid, "socketio", principal, outbox, close, about, self._gateway.new_allowance())
        outbox.on_over = lambda: self._gateway.overrun(client)
        self._clients[sid] = client
        self._gateway.remember(client)
        self._strangers.know(eio_sid)
        if self._pinned:
            internals.forget_request(self._server, eio_sid)
            socket.schedule_ping()
        return client

    def _join(self, client: Client, sid: str, greeting: Greeting) -> None:
        """After the library has said CONNECT: nothing may come before it."""
        deadline = time.monotonic() + JOIN_SECONDS
        while not self._server.manager.is_connected(sid, "/"):
            if time.monotonic() > deadline or client.gone:
                return client.close(1013, "it never finished connecting")
            self._gateway.runtime.sleep(0.001)
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        socket = self._server.eio.sockets.get(eio_sid)
        if socket is None or socket.closed:  # it hung up while it was authenticated: the library has not noticed
            self._server.manager.disconnect(sid, "/", ignore_queue=True)
            return client.close(1013, "it hung up")
        if client.principal.may("read"):
            self._gateway.joining.welcome(client, greeting.position, greeting.history)
        return None

    # Going
    def _disconnect(self, sid: str, *_: Any) -> None:
        client = self._clients.pop(sid, None)
        if client is not None:
            client.ended()
            self._strangers.forget(self._server.manager.eio_sid_from_sid(sid, "/"))
            self._gateway.forget(client)
            client.outbox.clear()

    def _end(self, sid: str, eio_sid: str, code: int) -> None:
        """Tell it when its login ended (then it must not come back by itself); else just let go."""
        self._clients.pop(sid, None)
        self._strangers.forget(eio_sid)
        socket = self._server.eio.sockets.get(eio_sid)
        if code == ENDED:
            with contextlib.suppress(Exception):
                self._server.disconnect(sid)
                self._gateway.runtime.sleep(0.2)
        if socket is not None:
            line = getattr(socket.queue, "line", None)
            with contextlib.suppress(Exception):
                socket.close(wait=False, abort=True)
            if self._pinned:
                socket.queue.clear()
            if line is not None:
                line.abort()
            self._server.eio.sockets.pop(eio_sid, None)

    def sweep(self) -> None:
        """End connections that never said who they are."""
        for eio_sid in self._strangers.late():
            self._gateway.runtime.spawn(self._show_out, eio_sid)

    def _show_out(self, eio_sid: str) -> None:
        """A stranger."""
        self._end("", eio_sid, 1013)

    # Asking
    def _command(self, name: str) -> Any:
        def handle(sid: str, data: Any = None, *_: Any) -> Any:
            client = self._clients.get(sid)
            if client is None:
                return None
            answer = self._gateway.commands.take(client, name, data)
            if answer is not None and "error" in answer and not client.gone:
                client.send(Message(refusal_envelope(client.id, answer["error"])))
            return answer

        return handle
