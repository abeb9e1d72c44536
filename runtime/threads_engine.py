"""Plain threads behind the runtime contract, for command-line tools and unit tests that need no sockets."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from runtime.contract import Mode, Server, WSGIApp
from runtime.guard import guarded
from runtime.native import Job, NativeLane

T = TypeVar("T")
SHARED_THREADS = 8


class ThreadTask:
    def __init__(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self._thread = threading.Thread(target=guarded, args=(fn, *args), daemon=True)
        self._thread.start()

    @property
    def dead(self) -> bool:
        return not self._thread.is_alive()

    def kill(self) -> None:
        """A thread can't be killed; it is a daemon, so it never keeps the process."""

    def join(self, timeout: float | None = None) -> bool:
        self._thread.join(timeout)
        return self.dead


class ThreadsRuntime:
    name: Mode = "threads"
    socketio_mode: Literal["eventlet", "gevent", "threading"] = "threading"

    def __init__(self) -> None:
        self._shared = self.lane("shared", SHARED_THREADS)

    def spawn(self, fn: Callable[..., Any], *args: Any) -> ThreadTask:
        return ThreadTask(fn, args)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def waiter(self) -> threading.Event:
        return threading.Event()

    def call_blocking(self, fn: Callable[..., T], *args: Any, timeout: float | None = None) -> T:
        return self._shared.call(fn, *args, timeout=timeout)

    def lane(self, name: str, threads: int) -> NativeLane:
        return NativeLane(name, threads, threading.Event, Job.finish)

    def serve(self, listener: socket.socket, app: WSGIApp, *, max_sockets: int, header_timeout: float) -> Server:
        raise RuntimeError("the threads engine serves no sockets: use eventlet or gevent")
