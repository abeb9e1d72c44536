"""What the rest of the desk may ask of an engine, so that eventlet can be left the day its upstream ends."""

import socket
from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

T = TypeVar("T")
Mode = Literal["eventlet", "gevent", "threads"]
WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Any]


class Task(Protocol):
    """Something spawned. A task that raises is logged once under `runtime`; nobody needs to collect it."""

    @property
    def dead(self) -> bool: ...

    def kill(self) -> None:
        """End it where it waits. Plain threads can't be killed: there it only stops being waited for."""

    def join(self, timeout: float | None = None) -> bool:
        """True when it ended within `timeout` seconds."""


class Waiter(Protocol):
    """A one-shot signal on the loop: cheaper than `threading.Event`, for hot paths."""

    def wait(self, timeout: float | None = None) -> bool:
        """True when set within `timeout` seconds. One waiting task at a time."""

    def set(self) -> None: ...


class Lane(Protocol):
    """Native threads of its own, so that a hung model never blocks the database."""

    def call(self, fn: Callable[..., T], *args: Any, timeout: float | None = None) -> T:
        """Run `fn(*args)` in one of the lane's native threads and yield meanwhile.

        The job takes and returns plain values: no logging, locks, metrics or emits inside. Raises what it raised;
        TimeoutError after `timeout` seconds: then the job goes on and its result is dropped.
        """

    @property
    def waiting(self) -> int:
        """Jobs handed in and not finished."""

    def close(self) -> None:
        """Its threads end after what they are doing. Later calls raise RuntimeError."""


class Wire(Protocol):
    """A connection without its request: the owner reads, sends and closes it, on the loop; see `Connection`."""

    early: bytes  # what was read from it behind the request already; `recv` does not bring it

    @property
    def send(self) -> Callable[[bytes | memoryview], int]:
        """The kernel's own, which never waits: how much it took. Raises BlockingIOError, OSError."""

    @property
    def fileno(self) -> Callable[[], int]:
        """Its number with the kernel; -1 once it is closed."""

    def recv(self, most: int) -> bytes:
        """What is there; b"" at the end. Never waits. Raises BlockingIOError, OSError."""

    def watch(self, readable: Callable[[], None]) -> None:
        """Call `readable`, which must not yield, whenever there is something to read, the end included."""

    def rest(self) -> None:
        """Watch no more, until `watch` again."""

    def wait_writable(self) -> None:
        """Yield until more can be sent, or the connection ended. One task at a time."""

    def shutdown(self) -> None:
        """End both directions: who watches or waits is told. It stays the owner's to close."""

    def close(self) -> None:
        """Give it back; until then the server counts it as open. Who waits is told first. Harmless when done twice."""


class Connection(Protocol):
    """The connection that a request came by: `environ["desk.connection"]`."""

    def take(self) -> Wire:
        """Take it over: the application answers by itself and returns nothing, and what the request held is freed."""


class Server(Protocol):
    """A WSGI server on one listening socket."""

    def run(self) -> None:
        """Serve until `stop`; blocks."""

    def stop(self, grace_seconds: float) -> None:
        """Accept nothing more, let running requests end for `grace_seconds`, then close what is left.

        Connections that were taken over have the same time, and are shut down after it.
        """

    @property
    def connections(self) -> int:
        """Open ones, those that were taken over included."""


class Runtime(Protocol):
    """One engine. Everything here is called on the loop (any thread in "threads" mode)."""

    @property
    def name(self) -> Mode: ...

    @property
    def socketio_mode(self) -> Literal["eventlet", "gevent", "threading"]: ...

    def spawn(self, fn: Callable[..., Any], *args: Any) -> Task: ...

    def sleep(self, seconds: float) -> None: ...

    def waiter(self) -> Waiter: ...

    def call_blocking(self, fn: Callable[..., T], *args: Any, timeout: float | None = None) -> T:
        """As `Lane.call`, in a lane that everybody shares: for short jobs only."""

    def lane(self, name: str, threads: int) -> Lane: ...

    def serve(self, listener: socket.socket, app: WSGIApp, *, max_sockets: int, header_timeout: float) -> Server:
        """A server for `app`. Seconds until the head and the body of a request must be complete: `header_timeout`.

        A connection over `max_sockets` is answered 503 and closed. TCP_NODELAY everywhere; WebSocket compression is
        never negotiated, because it multiplies a broadcast's cost (see the decision page).
        """
