"""gevent's WSGI server with eventlet's manners here: deadlines, a full house that says so, TCP_NODELAY, a stop."""

import logging
import socket
import time
from typing import Any

import gevent
from gevent import pywsgi

from runtime.contract import Wire, WSGIApp
from runtime.gevent_head import OrdinaryFirst
from runtime.gevent_wire import GeventWire
from runtime.requests import FULL, IDLE_SECONDS, prepared
from runtime.sockets import tune, unread

log = logging.getLogger("runtime")


class Handler(OrdinaryFirst):
    """One connection. The first byte of a request starts its deadline."""

    deadline_seconds = 10.0
    socket: Any
    _timer: Any = None
    idle = True

    def read_requestline(self) -> Any:
        self.idle = True
        self._shut_after(IDLE_SECONDS)
        if self.rfile.peek(1):
            self.begun()
        self.idle = False
        return super().read_requestline()

    def get_environ(self) -> Any:
        environ = super().get_environ()
        environ["desk.handler"] = environ["desk.connection"] = self
        if environ.get("HTTP_UPGRADE", "").lower() == "websocket":
            self.close_connection = True  # when it ends, no other request follows: a browser waits for our end
        return environ

    def begun(self) -> None:
        """From now on the client has the time of a request."""
        self._shut_after(self.deadline_seconds)

    def arrived(self) -> None:
        """The request is complete: from now on the application takes its time."""
        if self._timer is not None:
            self._timer.close()
            self._timer = None

    def take(self) -> Wire:
        """Implements runtime.contract.Connection."""
        early = unread(self.socket, self.rfile)
        green, self.socket = self.socket, None  # with none left, this task has nothing to close
        self.close_connection = True
        self.server.handlers.discard(self)
        return GeventWire(green.detach(), self.server.taken, early)

    def handle(self) -> None:
        self.server.handlers.add(self)
        try:
            super().handle()
        finally:
            self.arrived()
            self.server.handlers.discard(self)
            self.environ = None  # it names this connection: both would lie about until a collection

    def shut(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except (OSError, AttributeError) as error:
            log.debug("a connection was gone already: %s", error)

    def _shut_after(self, seconds: float) -> None:
        self.arrived()
        self._timer = gevent.get_hub().loop.timer(seconds)
        self._timer.start(self.shut)


class DeskWSGIServer(pywsgi.WSGIServer):  # type: ignore[misc]
    """Counts its connections and turns away what is too many."""

    def __init__(self, listener: Any, app: WSGIApp, handler: type, most: int) -> None:
        super().__init__(listener, app, log=None, error_log=logging.getLogger("runtime.wsgi"), handler_class=handler)
        self.most = most
        self.handlers: set[Handler] = set()
        self.taken: set[Wire] = set()

    @property
    def connections(self) -> int:
        return len(self.handlers) + len(self.taken)

    def handle(self, sock: Any, address: Any) -> None:
        tune(sock)
        if self.connections >= self.most:
            try:
                sock.settimeout(1.0)
                sock.sendall(FULL)
            except OSError as error:
                log.debug("a client that was turned away was gone: %s", error)
            return
        super().handle(sock, address)


class GeventServer:
    """Implements runtime.contract.Server."""

    def __init__(self, listener: socket.socket, app: WSGIApp, max_sockets: int, header_timeout: float) -> None:
        handler = type("Handler", (Handler,), {"deadline_seconds": header_timeout})
        listener.setblocking(False)
        handle = prepared(
            app,
            begun=lambda environ: environ["desk.handler"].begun(),
            arrived=lambda environ: environ["desk.handler"].arrived(),
        )
        self._server = DeskWSGIServer(listener, handle, handler, max_sockets)

    @property
    def connections(self) -> int:
        return self._server.connections

    def run(self) -> None:
        self._server.serve_forever()

    def stop(self, grace_seconds: float) -> None:
        self._server.stop_accepting()
        self._server.close()
        deadline = time.monotonic() + grace_seconds
        while self._server.connections and time.monotonic() < deadline:
            for handler in [one for one in self._server.handlers if one.idle]:
                handler.shut()
            gevent.sleep(0.05)
        for handler in list(self._server.handlers):
            handler.shut()
        for wire in list(self._server.taken):
            wire.shutdown()
        self._server.stop(timeout=0)
