"""The one file that leans on names inside python-socketio, engineio, simple-websocket and the engines' sockets.

Checked against the pinned versions at start: with others the stock path is taken, which is slower and has no bound of
its own for a client that never reads, but needs documented names only (`mend` does without what is not there). What is
leaned on:

- `engineio.Server.create_queue`: every socket's queue becomes an Outbox;
- `engineio.Server._async["websocket"]`: its class is given a handler, a bound method of the Engine.IO socket;
- `engineio.Server.start_background_task`, which is given `Socket._send_ping` for each ping, and for each WebSocket a
  function named `writer` that holds the Engine.IO socket as `self` and the WebSocket as `ws`;
- `engineio.Socket.queue`, `.upgrading`, `.upgraded`, `.closing`, `.closed`, `.last_ping`; `Server.sockets`;
- eventlet's `WebSocket.socket` and `._send`, simple-websocket's `Server.sock`;
- the non-blocking socket under a green one: `fd` in eventlet, `_sock` in gevent.
"""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from simple_websocket import ConnectionClosed

from web.gateway.line import Line
from web.gateway.messages import Packet, Text
from web.gateway.outbox import Outbox
from web.gateway.pings import Pings

PINNED = {"python-socketio": "5.18.1", "python-engineio": "4.15.1", "simple-websocket": "1.1.0"}
COMPRESSION = "HTTP_SEC_WEBSOCKET_EXTENSIONS"

log = logging.getLogger("web.gateway")


def as_pinned(installed: Callable[[str], str] = version) -> bool:
    """Whether the libraries are the ones whose insides were read; says what differs when not."""
    other = {name: installed(name) for name, pinned in PINNED.items() if installed(name) != pinned}
    if other:
        log.warning("live clients take the slower stock path: %s was not tested with this desk", other)
    return not other


def raw_socket(green: Any) -> Any:
    """The non-blocking socket under a green one; None when there is none that can be used directly."""
    raw = getattr(green, "fd", None) or getattr(green, "_sock", None)
    return raw if raw is not None and hasattr(raw, "send") and not raw.getblocking() else None


def line_of(green: Any) -> Line:
    """The sending side of an accepted socket."""
    return Line(green, raw_socket(green))


def request_socket(environ: dict[str, Any]) -> Any:
    """The green socket that a request came by; None when the server does not show it."""
    if "eventlet.input" in environ:
        return environ["eventlet.input"].get_socket()
    reader = getattr(environ.get("wsgi.input"), "rfile", None)
    return getattr(getattr(reader, "raw", None), "_sock", None)


def peer_gone(environ: dict[str, Any]) -> bool:
    """Whether whoever made the request has hung up; looks without waiting and without taking anything."""
    raw = raw_socket(request_socket(environ))
    if raw is None:
        return False
    try:
        return bool(raw.recv(1, socket.MSG_PEEK) == b"")
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True


def install(
    eio: Any, new_outbox: Callable[[], Outbox], empty_error: type[BaseException], noop: Any, pings: Pings
) -> None:
    """Give an Engine.IO server our queues, our sending and our pings."""

    def create_queue(*args: Any, **kwargs: Any) -> Outbox:
        del args, kwargs
        outbox = new_outbox()
        outbox.empty_error, outbox.idle_packet = empty_error, noop
        return outbox

    stock_task = eio.start_background_task

    def start_background_task(target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        name = getattr(target, "__name__", "")
        if name == "_send_ping":
            return pings.add(target.__self__)  # type: ignore[attr-defined]
        return Writing(target) if name == "writer" else stock_task(target, *args, **kwargs)

    eio.start_background_task = start_background_task
    eio.create_queue = create_queue
    eio._async = {**eio._async, "websocket": _wired(eio._async["websocket"])}


class Writing:
    """Stands in for the task in which Engine.IO would run `writer`, its closure over the socket's two sides."""

    def __init__(self, writer: Any) -> None:
        held = dict(zip(writer.__code__.co_freevars, writer.__closure__, strict=True))
        self._outbox: Outbox = held["self"].cell_contents.queue
        ws = held["ws"].cell_contents
        self._outbox.write_with(lambda packet: ws.send(packet.encode()), ws.close)

    def join(self) -> None:
        self._outbox.join_writer()


def _wired(stock: type[Any]) -> type[Any]:
    """The engine's WebSocket class, whose sockets share encoded frames and never compress."""

    class Wired(stock):  # type: ignore[misc]
        def __init__(self, handler: Callable[[Any], Any], server: Any) -> None:
            engine = handler.__self__  # type: ignore[attr-defined]

            def wired(ws: Any) -> Any:
                line = share_frames(ws)
                # While it probes an upgrade, the polling side still has the queue.
                line.ready = lambda: engine.upgraded and not engine.closed
                engine.queue.line = line
                try:
                    return handler(ws)
                finally:
                    # The library forgets this when a line dies amid its upgrade: polls would be put off for ever.
                    engine.upgrading = False
                    if not engine.upgraded:
                        engine.queue.line = None

            super().__init__(wired, server)

        def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
            environ.pop(COMPRESSION, None)
            return super().__call__(environ, start_response)

    return Wired


def mend(eio: Any) -> None:
    """For versions that nobody read: whole frames, where the library still keeps its socket where it did."""
    drivers: dict[str, Any] = getattr(eio, "_async", {})
    if drivers.get("websocket") is not None:
        eio._async = {**drivers, "websocket": _mended(drivers["websocket"])}


def _mended(stock: type[Any]) -> type[Any]:
    class Mended(stock):  # type: ignore[misc]
        def __init__(self, handler: Callable[[Any], Any], server: Any) -> None:
            super().__init__(lambda ws: handler(whole_sends(ws)), server)

    return Mended


def whole_sends(ws: Any) -> Any:
    """simple-websocket drops what the kernel does not take at once, such as the end of a snapshot."""
    inner = getattr(ws, "ws", ws)
    if getattr(inner, "sock", None) is not None:
        inner.sock = line_of(inner.sock)
    return ws


def share_frames(ws: Any) -> Line:
    """Make an engine's WebSocket send our ready frames as they are, and everything else through the same line."""
    inner = getattr(ws, "ws", None)
    if inner is not None:  # simple-websocket, under gevent
        line = inner.sock = line_of(inner.sock)
    else:  # eventlet's own
        line = line_of(ws.socket)
        ws._send = line.send
    stock_send = ws.send

    def send(message: Any, **how: Any) -> Any:
        if isinstance(message, Text):
            return line.send_text(message)
        return stock_send(message, **how)

    stock_close = ws.close

    def close() -> None:
        # Its writer says goodbye in any case, also on a line that was cut because nobody reads it.
        with contextlib.suppress(OSError):
            stock_close()

    ws.send, ws.close = send, close
    return line


class StockLine:
    """The fallback for `/ws`: the library sends, one caller after the other, and closes."""

    def __init__(self, ws: Any) -> None:
        self._ws = whole_sends(ws)

    def open(self) -> bool:
        """Whether a closing handshake may be tried."""
        return bool(self._ws.connected)

    def send_text(self, text: Text) -> None:
        """Raises OSError, as a line of ours does."""
        try:
            self._ws.send(str(text))
        except ConnectionClosed as error:
            raise OSError("the socket is closed") from error

    def abort(self) -> None:
        with contextlib.suppress(ConnectionClosed, OSError):
            self._ws.close()


class StockOutbox(Outbox):
    """The fallback: hands each packet to the library's own queue at once."""

    def __init__(self, limit: int, send: Callable[[str], None]) -> None:
        super().__init__(limit, lambda: None)  # type: ignore[arg-type, return-value]
        self._hand = send

    def put(self, packet: Any, block: bool = True, timeout: float | None = None) -> None:
        del block, timeout
        if isinstance(packet, Packet) and not self.over:
            self.sent += 1
            self.owe([packet])

    def owe(self, packets: Sequence[Packet]) -> None:
        for packet in packets:
            if not self.over:
                self._hand(packet.encode()[1:])  # without Engine.IO's own mark, which the library puts in front

    def put_latest(self, key: str, packet: Packet) -> None:
        del key
        self.put(packet)

    def clear(self) -> None:
        self.over = True
