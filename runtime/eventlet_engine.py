"""eventlet behind the runtime contract: one hub, green tasks, and a pipe by which native threads wake the hub."""

import os
import socket
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeVar

import eventlet
import greenlet
from eventlet import hubs

from runtime import native
from runtime.contract import Mode, Server, WSGIApp
from runtime.guard import guarded
from runtime.native import Job, NativeLane

T = TypeVar("T")
SHARED_THREADS = 8
RESOLVE = socket.getaddrinfo


class EventletWaiter:
    """One switch to wake a task; `eventlet.event.Event` and its Timeout object cost four times as much."""

    __slots__ = ("_done", "_task")

    def __init__(self) -> None:
        self._done = False
        self._task: Any = None

    def wait(self, timeout: float | None = None) -> bool:
        if self._done:
            return True
        hub = hubs.get_hub()
        timer = None if timeout is None else hub.schedule_call_global(timeout, self._resume)
        self._task = greenlet.getcurrent()
        try:
            hub.switch()
        finally:
            self._task = None
            if timer is not None:
                timer.cancel()
        return self._done

    def set(self) -> None:
        if not self._done:
            self._done = True
            if self._task is not None:
                hubs.get_hub().schedule_call_global(0, self._resume)

    def _resume(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.switch()


class EventletTask:
    def __init__(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self._green = eventlet.spawn(guarded, fn, *args)

    @property
    def dead(self) -> bool:
        return bool(self._green.dead)

    def kill(self) -> None:
        self._green.kill()

    def join(self, timeout: float | None = None) -> bool:
        with eventlet.Timeout(timeout, False):
            try:
                self._green.wait()
            except greenlet.GreenletExit:
                return True
        return self.dead


class EventletRuntime:
    name: Mode = "eventlet"
    socketio_mode: Literal["eventlet", "gevent", "threading"] = "eventlet"

    def __init__(self) -> None:
        self._finished: deque[Job] = deque()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        # A listener of our own instead of a reading greenlet: one switch less per job.
        hub = hubs.get_hub()
        hub.mark_as_reopened(self._wake_read)
        hub.add(hub.READ, self._wake_read, self._drain, self._wake_lost, lambda: None)
        self._shared = self.lane("shared", SHARED_THREADS)
        self._loop = native.get_ident()
        socket.getaddrinfo = self._getaddrinfo

    def _getaddrinfo(self, *args: Any, **how: Any) -> Any:
        """eventlet would ask the name server on the loop, and a slow one would stop everybody."""
        if native.get_ident() != self._loop:
            return RESOLVE(*args, **how)
        return self.call_blocking(partial(RESOLVE, *args, **how))

    def spawn(self, fn: Callable[..., Any], *args: Any) -> EventletTask:
        return EventletTask(fn, args)

    def sleep(self, seconds: float) -> None:
        eventlet.sleep(seconds)

    def waiter(self) -> EventletWaiter:
        return EventletWaiter()

    def call_blocking(self, fn: Callable[..., T], *args: Any, timeout: float | None = None) -> T:
        return self._shared.call(fn, *args, timeout=timeout)

    def lane(self, name: str, threads: int) -> NativeLane:
        return NativeLane(name, threads, EventletWaiter, self._report)

    def serve(self, listener: socket.socket, app: WSGIApp, *, max_sockets: int, header_timeout: float) -> Server:
        from runtime.eventlet_server import EventletServer

        return EventletServer(listener, app, max_sockets, header_timeout)

    def _report(self, job: Job) -> None:
        """In a native thread: nothing here may be green."""
        self._finished.append(job)
        try:
            native.write(self._wake_write, b"\0")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    def _drain(self, fileno: int) -> None:
        try:
            native.read(fileno, 65536)
        except BlockingIOError:
            return  # somebody's wake-up was read with another's
        while self._finished:
            self._finished.popleft().finish()

    def _wake_lost(self, error: BaseException) -> None:
        raise RuntimeError("the native threads' wake-up pipe was closed by somebody else") from error
