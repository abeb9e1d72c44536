"""eventlet's WSGI server with what it lacks: deadlines, a full house that says so, TCP_NODELAY, a stop."""

from __future__ import annotations

import logging
import socket
import time
from typing import Any

import eventlet
import greenlet
from eventlet import greenio, hubs, wsgi

from runtime.contract import Wire, WSGIApp
from runtime.eventlet_head import OrdinaryFirst
from runtime.eventlet_wire import EventletWire
from runtime.head import Head
from runtime.requests import FULL, IDLE_SECONDS, prepared
from runtime.sockets import tune, unread

log = logging.getLogger("runtime")


class Deadline:
    """Shuts a connection when its request did not come in time; waiting for the next request has a time of its own.

    One timer a connection looks from time to time, instead of two that are made and cancelled for every request.
    """

    def __init__(self, connection: Any, seconds: float) -> None:
        self._connection, self._seconds = connection, seconds
        self._due: float | None = None
        self._timer: Any = None

    def idle(self) -> None:
        self._set(IDLE_SECONDS)

    def begun(self) -> None:
        self._set(self._seconds)

    def over(self) -> None:
        self._due = None

    def end(self) -> None:
        """The connection is gone."""
        self._due = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, seconds: float) -> None:
        self._due = time.monotonic() + seconds
        if self._timer is None:
            self._look_in(seconds)

    def _look_in(self, seconds: float) -> None:
        # No later than a request may take: one that begins meanwhile would be looked at too late.
        self._timer = hubs.get_hub().schedule_call_global(min(seconds, self._seconds), self._look)

    def _look(self) -> None:
        self._timer = None
        if self._due is None:
            return
        if (left := self._due - time.monotonic()) > 0:
            self._look_in(left)
            return
        try:
            self._connection.shutdown(socket.SHUT_RD)
        except OSError as error:
            log.debug("a slow client was gone already: %s", error)


class Protocol(OrdinaryFirst):
    """One connection. The first byte of a request starts its deadline."""

    deadline_seconds = 10.0
    house: EventletServer
    # Every kept-alive connection has both; longer pieces go past them.
    rbufsize, wbufsize = 2048, 1024

    def setup(self) -> None:
        super().setup()
        self.deadline = Deadline(self.connection, self.deadline_seconds)

    def awaited(self) -> bytes:
        self.deadline.idle()
        try:
            arrived = super().awaited()
        except OSError:
            return b""
        if arrived:
            self.deadline.begun()
        return arrived

    def environ_of(self, head: Head, body: Any) -> dict[str, Any]:
        return self._with_ours(super().environ_of(head, body))

    def get_environ(self) -> Any:
        return self._with_ours(super().get_environ())

    def _with_ours(self, environ: dict[str, Any]) -> dict[str, Any]:
        environ["desk.deadline"] = self.deadline
        environ["desk.connection"] = self
        return environ

    def take(self) -> Wire:
        """Implements runtime.contract.Connection."""
        self.taken = wsgi.WSGI_LOCAL.already_handled = True
        early = unread(self.connection, self.rfile)
        self.incoming.rest()
        return self.house.give(self.connection, early)

    def finish(self) -> None:
        self.deadline.end()
        self.incoming.rest()
        super().finish()
        self.environ = None  # it names this connection: both would lie about until a collection


class Stopped(BaseException):
    """Thrown into the task that accepts: closing a listener does not wake who waits for it."""


class EventletServer:
    """Implements runtime.contract.Server."""

    def __init__(self, listener: socket.socket, app: WSGIApp, max_sockets: int, header_timeout: float) -> None:
        # Green, whatever it was made by; one reference, so that closing it frees the port.
        self._listener = greenio.GreenSocket(listener)
        tune(self._listener)
        self._max = max_sockets
        protocol = type("Protocol", (Protocol,), {"deadline_seconds": header_timeout, "house": self})
        self._server = wsgi.Server(
            self._listener,
            self._listener.getsockname(),
            prepared(
                app,
                begun=lambda environ: environ["desk.deadline"].begun(),
                arrived=lambda environ: environ["desk.deadline"].over(),
            ),
            log=logging.getLogger("runtime.wsgi"),
            protocol=protocol,
            log_output=False,
            debug=False,
            keepalive=True,
        )
        self._server.capitalize_response_headers = False  # no client cares, and each answer would pay for it
        self._open: dict[int, Any] = {}
        self._states: dict[int, list[Any]] = {}
        self._taken: set[Wire] = set()
        self._stopped = False
        self._accepting: Any = None

    @property
    def connections(self) -> int:
        return len(self._open) + len(self._taken)

    def give(self, client: Any, early: bytes) -> Wire:
        """The connection of a request that goes on without it."""
        del self._open[id(client)]
        return EventletWire(client.fd.detach(), self._taken, early)

    def run(self) -> None:
        self._accepting = greenlet.getcurrent()
        try:
            self._accept()
        except Stopped:
            return
        finally:
            self._accepting = None

    def _accept(self) -> None:
        while not self._stopped:
            try:
                client, address = self._listener.accept()
            except OSError as error:
                if self._stopped:
                    return
                log.warning("no connection could be accepted: %s", error)
                eventlet.sleep(0.05)  # out of descriptors: some will be freed
                continue
            if self.connections >= self._max:
                eventlet.spawn_n(self._turn_away, client)
                continue
            tune(client)
            # Counted here: a burst is accepted in one go, before any of its tasks begins.
            # Not by the descriptor: a taken one is another connection's before its task has ended.
            self._open[id(client)] = client
            self._states[id(client)] = [address, client, wsgi.STATE_IDLE]
            eventlet.spawn_n(self._serve, client)

    def stop(self, grace_seconds: float) -> None:
        self._stopped = True
        if self._accepting is not None:
            hubs.get_hub().schedule_call_global(0, self._accepting.throw, Stopped)
            eventlet.sleep(0)
        greenio.shutdown_safe(self._listener)
        self._listener.close()
        deadline = time.monotonic() + grace_seconds
        self._server.keepalive = False
        self._close_idle()
        while self.connections and time.monotonic() < deadline:
            eventlet.sleep(0.05)
            self._close_idle()
        for client in list(self._open.values()):
            greenio.shutdown_safe(client)
        for wire in list(self._taken):
            wire.shutdown()

    def _close_idle(self) -> None:
        for number, client in list(self._open.items()):
            state = self._states.get(number)
            if state is not None and state[2] == wsgi.STATE_IDLE:
                state[2] = wsgi.STATE_CLOSE
                greenio.shutdown_safe(client)

    def _serve(self, client: Any) -> None:
        number = id(client)
        try:
            self._server.process_request(self._states[number])
        except (OSError, ValueError) as error:
            log.debug("a connection ended: %s", error)
        finally:
            del self._states[number]
            if self._open.pop(number, None) is not None:
                greenio.shutdown_safe(client)
                client.close()

    def _turn_away(self, client: Any) -> None:
        """Say that the house is full, without waiting for the request."""
        try:
            client.settimeout(1.0)
            client.sendall(FULL)
            greenio.shutdown_safe(client)
        except OSError as error:
            log.debug("a client that was turned away was gone: %s", error)
        finally:
            client.close()
