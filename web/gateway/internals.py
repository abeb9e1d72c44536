"""The one file that leans on names inside python-socketio and engineio; inside the engines runtime/versions.py.

Checked against the pinned versions at start: with others the stock path is taken (web/gateway/stock.py), which is
slower, holds a task a client and has no bound of its own for one that never reads. What is leaned on:

- `engineio.Server.create_queue`: every socket's queue becomes an Outbox;
- `engineio.Server._async["websocket"]`: its class is given a handler, `Socket._websocket_handler`, and called with
  the request. That handler asks `ws.wait()` for messages, lets go of everything but `Exception`, and does last what
  `Upgraded.ended` does here;
- `engineio.Server.start_background_task`, which is given `Server._service_task` once, `Socket._send_ping` for each
  ping, and for each WebSocket a function named `writer` that holds the Engine.IO socket as `self` and the WebSocket as
  `ws`;
- `engineio.Socket.queue`, `.upgrading`, `.upgraded`, `.closing`, `.closed`, `.last_ping`, `.receive`,
  `.schedule_ping`; `Server.sockets`; `Server.reason`;
- `socketio.Manager.basic_enter_room`, by which each client also comes to stand in a room of its own name, and
  `.basic_disconnect`, which walks all rooms for each that leaves;
- `socketio.Server._handle_eio_connect`, `._handle_eio_message`, and `.environ`, which it keeps a request in for as long
  as a client lives;
- the green socket of a request: `connection` of eventlet's handler, `socket` of gevent's; and the non-blocking one
  under it: `fd` in eventlet, `_sock` in gevent.
"""

from __future__ import annotations

import logging
import math
import socket
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from engineio.exceptions import EngineIOError, UnknownPacketError
from engineio.packet import PONG
from engineio.packet import Packet as EnginePacket
from socketio import Manager

from runtime import others, tell_other
from web.gateway.handshake import NotAWebSocket, accept
from web.gateway.outbox import Outbox
from web.gateway.packets import Packet
from web.gateway.websocket import WebSocket

if TYPE_CHECKING:
    from runtime import Runtime
    from web.gateway.leaving import Leaving
    from web.gateway.pings import Pings
    from web.gateway.strangers import Strangers

PINNED = {"python-socketio": "5.18.1", "python-engineio": "4.15.1"}
# Used by its documents alone, but without another way: what its parser takes for a fault is part of the bounds.
PARSER = {"wsproto": "1.3.2"}
PING = Packet.text(b"2")
ENGINE_PONG = str(PONG)
# The longest that is said while an upgrade is tried.
PROBE = "2probe"
NO_REQUEST: dict[str, Any] = {}

log = logging.getLogger("web.gateway")


def as_pinned(installed: Callable[[str], str] = version) -> bool:
    """Whether the libraries are the ones whose insides were read; says what differs when not."""
    tell_other(PARSER, installed)
    other = others(PINNED, installed)
    if other:
        log.warning("live clients take the slower stock path: %s was not tested with this desk", other)
    return not other


def peer_gone(environ: dict[str, Any]) -> bool:
    """Whether whoever made the request has hung up; looks without waiting and without taking anything."""
    green = _request_socket(environ)
    raw = getattr(green, "fd", None) or getattr(green, "_sock", None)
    if raw is None or not hasattr(raw, "send") or raw.getblocking():
        return False
    try:
        return bool(raw.recv(1, socket.MSG_PEEK) == b"")
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True


def _request_socket(environ: dict[str, Any]) -> Any:
    handler = environ.get("desk.connection")
    return getattr(handler, "connection", None) or getattr(handler, "socket", None)


def install(
    eio: Any,
    runtime: Runtime,
    new_outbox: Callable[[], Outbox],
    empty_error: type[BaseException],
    noop: Any,
    pings: Pings,
    leaving: Leaving,
    strangers: Strangers,
    most: int,
    patience: float,
) -> None:
    """Give an Engine.IO server our queues, our sockets (messages of `most` characters) and our pings.

    An upgrade is done within `patience` seconds or given up. Of `strangers` only what they may say is read.
    """

    def create_queue(*args: Any, **kwargs: Any) -> Outbox:
        del args, kwargs
        outbox = new_outbox()
        outbox.empty_error, outbox.idle_packet = empty_error, noop
        return outbox

    stock_task = eio.start_background_task

    def start_background_task(target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        name = getattr(target, "__name__", "")
        if name == "_service_task":
            return None  # it would look at every client for who is late: the pings know
        if name == "_send_ping":
            engine = target.__self__  # type: ignore[attr-defined]
            if strangers.knows(engine.sid):
                return pings.add(EnginePing(engine))
            engine.last_ping = math.inf  # it has less time than a ping is away; asked again when it is known
            return None
        return Writing(target) if name == "writer" else stock_task(target, *args, **kwargs)

    eio.start_background_task = start_background_task
    eio.create_queue = create_queue
    eio._async = {**eio._async, "websocket": _wired(runtime, strangers, most, patience, leaving)}


class Members(Manager):  # type: ignore[misc]
    """The library's table of who is where, without a room for each client: nothing is sent by such a name here, and
    each that left or was refused would cost a walk over the rooms of all others.
    """

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        if room != sid:
            super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)


def keep_of_requests(server: Any, fields: tuple[str, ...]) -> None:
    """Of each client's first request keep these fields of its environ only."""

    def connect(eio_sid: str, environ: dict[str, Any]) -> Any:
        return server._handle_eio_connect(eio_sid, {name: environ[name] for name in fields if name in environ})

    server.eio.on("connect", connect)


def takes_messages(server: Any) -> bool:
    """Whether `hand_over` can be used, also in a version that nobody read."""
    return hasattr(server, "_handle_eio_message")


def hand_over(server: Any, eio_sid: str, data: str) -> None:
    """A message to the library's own handler, which raises whatever it likes for what it can't read."""
    server._handle_eio_message(eio_sid, data)


def forget_request(server: Any, eio_sid: str) -> None:
    """Nobody asks any more: a client that is connected is known by other names."""
    if eio_sid in server.environ:
        server.environ[eio_sid] = NO_REQUEST


def forget(engine: Any) -> None:
    """Its server's entry of a socket that is closed; harmless when done twice."""
    engine.server.sockets.pop(engine.sid, None)


class EnginePing:
    """Engine.IO's own ping to one client, and its end when no answer comes."""

    __slots__ = ("_asked", "_engine")

    def __init__(self, engine: Any) -> None:
        self._engine, self._asked = engine, 0.0

    def ping(self, at: float) -> bool:
        engine = self._engine
        if engine.closing or engine.closed:
            forget(engine)
            return False
        # The library compares this with the clock at each send; an answer clears it.
        engine.last_ping = self._asked = time.time()
        engine.queue.owe(PING)
        return True

    def late(self, at: float) -> None:
        engine = self._engine
        if engine.last_ping == self._asked and not engine.closed:
            engine.server.start_background_task(self._end)

    def _end(self) -> None:
        engine = self._engine
        engine.close(wait=False, abort=True, reason=engine.server.reason.PING_TIMEOUT)
        if engine.queue.line is not None:
            engine.queue.line.abort()  # also where a send is stuck
        forget(engine)


class Writing:
    """Stands in for the task in which Engine.IO would run `writer`, its closure over the socket's two sides."""

    def __init__(self, writer: Any) -> None:
        held = dict(zip(writer.__code__.co_freevars, writer.__closure__, strict=True))
        self._outbox: Outbox = held["self"].cell_contents.queue
        held["ws"].cell_contents.write_from(self._outbox)

    def join(self) -> None:
        self._outbox.join_writer()


class Upgraded(BaseException):
    """Leaves the library's handler: from here on nobody waits for the client."""


class EngineTalk:
    """What the library takes for its WebSocket, and whoever the messages go to once it let go of it."""

    __slots__ = ("_deadline", "_engine", "_socket", "_strangers", "_writes")

    def __init__(self, engine: Any, accepted: WebSocket, strangers: Strangers, patience: float) -> None:
        self._engine, self._socket, self._strangers = engine, accepted, strangers
        self._deadline = time.monotonic() + patience
        self._writes = False

    # For the library
    def wait(self) -> Any:
        """The next message while an upgrade is probed. Raises Upgraded after that, OSError when none came in time."""
        if self._writes:
            raise Upgraded
        message = self._socket.wait(max(0.0, self._deadline - time.monotonic()))
        if message is None or self._engine.closed:
            raise OSError("it was given up")
        if len(message) > len(PROBE):
            raise OSError("it was no probe")
        return message

    def send(self, message: str) -> None:
        self._socket.send(message)

    def write_from(self, outbox: Outbox) -> None:
        """The upgrade is done: from now on this socket is where the queue goes."""
        self._writes = True
        outbox.write_with(self.deliver, self._socket.close)
        outbox.line = self._socket.line

    # For the outbox
    def deliver(self, packet: Packet) -> None:
        self._socket.line.send_packet(packet)

    # For the WebSocket
    def at_once(self, message: Any) -> bool:
        if message != ENGINE_PONG:
            return False
        self._engine.schedule_ping()
        return True

    def pong(self) -> None:
        """Nobody asked: Engine.IO's pings are messages."""

    def take(self, message: Any) -> None:
        if self._engine.closed or not self._strangers.heeded(self._engine.sid, message):
            return
        try:
            self._engine.receive(EnginePacket(encoded_packet=message))
        except UnknownPacketError:
            log.debug("a packet of no known kind was left out")
        except EngineIOError as error:
            raise ValueError(str(error)) from error

    def ended(self) -> None:
        engine = self._engine
        engine.queue.join_writer()
        engine.close(wait=False, abort=True, reason=engine.server.reason.TRANSPORT_CLOSE)
        forget(engine)


def _wired(runtime: Runtime, strangers: Strangers, most: int, patience: float, leaving: Leaving) -> type[Any]:
    """The class that the library makes a WebSocket of: ours, whichever engine runs."""

    class Wired:
        def __init__(self, handler: Callable[[Any], Any], server: Any) -> None:
            del server
            self._handler, self._engine = handler, handler.__self__  # type: ignore[attr-defined]

        def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
            engine = self._engine
            if engine.upgrading:
                # Polls are put off until an upgrade is done or given up: of two, one would end the other's.
                return refused(start_response, "another upgrade of this session is under way")
            # Not only once the library says so: an answer that the kernel does not take is waited for before.
            engine.upgrading = engine.connected
            try:
                accepted = accept(environ, runtime, most, leaving)
                self._serve(EngineTalk(engine, accepted, strangers, patience), accepted)
            except NotAWebSocket as error:
                return refused(start_response, str(error))
            except OSError as error:
                log.debug("a client was gone before it was answered: %s", error)
            finally:
                # The library forgets this when a line dies amid its upgrade: polls would be put off for ever.
                engine.upgrading = False
            return ()  # no list: the library would send that as an answer

        def _serve(self, talk: EngineTalk, accepted: WebSocket) -> None:
            try:
                self._handler(talk)
            except Upgraded:
                accepted.follow(talk, self._engine.queue)
                return
            except (OSError, ValueError, EngineIOError) as error:
                log.debug("an upgrade failed: %s", error)
            accepted.close()

    return Wired


def refused(start_response: Any, why: str) -> tuple[bytes]:
    """A handshake's 400."""
    start_response("400 Bad Request", [("Content-Type", "text/plain"), ("Sec-WebSocket-Version", "13")])
    return (why.encode(),)
