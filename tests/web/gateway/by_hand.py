"""One WebSocket on a loop that is turned by hand, both ends of it."""

from collections import deque
from collections.abc import Callable
from typing import Any

from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Event

from web.gateway.leaving import Leaving
from web.gateway.outbox import Outbox
from web.gateway.websocket import WebSocket

MOST = 1000


class Loop:
    """A runtime whose tasks run when `turn` says so, and end before it returns."""

    def __init__(self) -> None:
        self.tasks: deque[Callable[[], Any]] = deque()

    def spawn(self, fn: Callable[..., Any], *args: Any) -> None:
        self.tasks.append(lambda: fn(*args))

    def sleep(self, seconds: float) -> None:
        """Time passes at once."""

    def turn(self) -> None:
        while self.tasks:
            self.tasks.popleft()()


class Wire:
    """The server's end of a connection; `came` is what the kernel has for it, `sent` what it was given."""

    def __init__(self) -> None:
        self.came: deque[bytes] = deque()
        self.sent = self.early = b""
        self.full = self.closed = self.shut = False
        self.readable: Callable[[], None] | None = None
        self.waited: Callable[[], None] | None = None
        self.room: int | None = None  # so many bytes are taken yet, then it is full

    def recv(self, most: int) -> bytes:
        if not self.came:
            raise BlockingIOError
        piece = self.came.popleft()
        if len(piece) > most:
            self.came.appendleft(piece[most:])
        return piece[:most]

    def send(self, data: bytes | memoryview) -> int:
        if self.full:
            raise BlockingIOError
        taken = data[: self.room]
        self.sent += taken
        self.full = self.room is not None
        return len(taken)

    def watch(self, readable: Callable[[], None]) -> None:
        self.readable = readable

    def rest(self) -> None:
        self.readable = None

    def wait_writable(self) -> None:
        """Until `waited`, which is what happens meanwhile, has let somebody read."""
        assert self.waited is not None, "nobody may wait here"
        self.waited()

    def shutdown(self) -> None:
        self.shut = True

    def close(self) -> None:
        self.closed = True


class Reading:
    """A reader that remembers; what is in `broken` it can't read."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.pongs = 0
        self.during: Callable[[], None] = lambda: None

    def at_once(self, message: str | bytes) -> bool:
        return message == "now"

    def pong(self) -> None:
        self.pongs += 1

    def take(self, message: str | bytes) -> None:
        if message == "broken":
            raise ValueError(message)
        self.seen.append(message)
        self.during()

    def ended(self) -> None:
        self.seen.append(None)


class Line:
    """Both ends of one: `socket` is ours, `peer` a client of wsproto's."""

    def __init__(self) -> None:
        self.loop, self.wire, self.reader = Loop(), Wire(), Reading()
        self.socket = WebSocket(self.wire, self.loop, MOST, Leaving(self.loop))  # type: ignore[arg-type]
        self.outbox = Outbox(10_000, lambda: None, self.loop.spawn)  # type: ignore[arg-type, return-value]
        self.outbox.line = self.socket.line
        self.outbox.write_with(self.socket.line.send_packet, self.socket.close)
        self.socket.follow(self.reader, self.outbox)
        self.peer = Connection(ConnectionType.CLIENT)

    def comes(self, *events: Event) -> None:
        """In one piece."""
        self.arrives(b"".join(self.peer.send(event) for event in events))

    def arrives(self, data: bytes) -> None:
        self.wire.came.append(data)
        self.read()

    def read(self) -> None:
        while self.wire.came and self.wire.readable is not None:
            self.wire.readable()

    def heard(self) -> list[Event]:
        """What the client made of what it was sent."""
        self.peer.receive_data(self.wire.sent)
        self.wire.sent = b""
        return list(self.peer.events())

    def closed_with(self) -> int:
        said = [event for event in self.heard() if isinstance(event, CloseConnection)]
        assert len(said) == 1
        return int(said[0].code)
