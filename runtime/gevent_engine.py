"""gevent behind the runtime contract: the other engine, so that nothing in the desk leans on eventlet alone."""

import socket
from collections import deque
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import gevent
from gevent.event import Event

from runtime.contract import Mode, Server, WSGIApp
from runtime.guard import guarded
from runtime.native import Job, NativeLane

T = TypeVar("T")
SHARED_THREADS = 8


class GeventTask:
    def __init__(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self._green = gevent.spawn(guarded, fn, *args)

    @property
    def dead(self) -> bool:
        return bool(self._green.dead)

    def kill(self) -> None:
        self._green.kill(block=False)

    def join(self, timeout: float | None = None) -> bool:
        self._green.join(timeout)
        return self.dead


class GeventRuntime:
    name: Mode = "gevent"
    socketio_mode: Literal["eventlet", "gevent", "threading"] = "gevent"

    def __init__(self) -> None:
        self._finished: deque[Job] = deque()
        # `send` of an async watcher is the one call of the loop that any thread may make.
        self._wake = gevent.get_hub().loop.async_()
        self._wake.start(self._drain)
        self._shared = self.lane("shared", SHARED_THREADS)

    def spawn(self, fn: Callable[..., Any], *args: Any) -> GeventTask:
        return GeventTask(fn, args)

    def sleep(self, seconds: float) -> None:
        gevent.sleep(seconds)

    def waiter(self) -> Event:
        return Event()

    def call_blocking(self, fn: Callable[..., T], *args: Any, timeout: float | None = None) -> T:
        return self._shared.call(fn, *args, timeout=timeout)

    def lane(self, name: str, threads: int) -> NativeLane:
        return NativeLane(name, threads, Event, self._report)

    def serve(self, listener: socket.socket, app: WSGIApp, *, max_sockets: int, header_timeout: float) -> Server:
        from runtime.gevent_server import GeventServer

        return GeventServer(listener, app, max_sockets, header_timeout)

    def _report(self, job: Job) -> None:
        """In a native thread: nothing here may be green."""
        self._finished.append(job)
        self._wake.send()

    def _drain(self) -> None:
        while self._finished:
            self._finished.popleft().finish()
