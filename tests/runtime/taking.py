"""A server that gives every connection away, in a process of its own. Run by test_wire: engine, sockets, grace."""

import sys

import runtime

ENGINE, MAX_SOCKETS, GRACE = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
runtime.patch(ENGINE)  # type: ignore[arg-type]

import gc  # noqa: E402
import socket  # noqa: E402
import weakref  # noqa: E402
from collections.abc import Callable  # noqa: E402
from typing import Any  # noqa: E402

import greenlet  # noqa: E402

from runtime.contract import Wire  # noqa: E402

engine = runtime.make(ENGINE)  # type: ignore[arg-type]
ballast: "weakref.WeakSet[Ballast]" = weakref.WeakSet()
FLOOD = b"x" * 8_000_000


class Ballast:
    """What a request drags along."""


class Owner:
    """Answers in capitals; `flood` sends 8 MB, `rest` reads nothing until another one says `again`, `resting` counts
    those, `drop` closes the last that rests or floods and says its number, as does `dropped` later; `count` says what
    there is, `open` how many connections.
    """

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        wire.watch(self.readable)

    def readable(self) -> None:
        try:
            said = self.wire.recv(100)
        except ConnectionError:
            said = b""
        if not said:
            self.wire.close()
        elif said == b"flood":
            busy.append(self)
            engine.spawn(self.flood)
        elif said == b"rest":
            self.wire.rest()
            resting.append(self)
            busy.append(self)
        elif said == b"again":
            while resting:
                one = resting.pop()
                one.wire.watch(one.readable)
        elif said == b"resting":
            self.wire.send(b"%d" % len(resting))
        elif said == b"drop":
            if busy[-1] in resting:
                resting.remove(busy[-1])
            busy[-1].wire.close()
            self.wire.send(b"%d" % busy[-1].wire.fileno())
        elif said == b"dropped":
            self.wire.send(b"%d" % busy[-1].wire.fileno())
        elif said == b"open":
            self.wire.send(b"%d" % server.connections)
        elif said == b"count":
            gc.collect()
            self.wire.send(b"%d requests, %d tasks" % (len(ballast), tasks()))
        else:
            self.wire.send(said.upper())

    def flood(self) -> None:
        left = memoryview(FLOOD)
        while left:
            try:
                left = left[self.wire.send(left) :]
            except BlockingIOError:
                self.wire.wait_writable()
            except OSError:
                return  # it left


def tasks() -> int:
    """Those that wait for something, whoever made them."""
    return sum(isinstance(one, greenlet.greenlet) and bool(one) and not one.dead for one in gc.get_objects())


resting: list[Owner] = []
busy: list[Owner] = []


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    environ["desk.ballast"] = Ballast()
    ballast.add(environ["desk.ballast"])
    wire = environ["desk.connection"].take()
    wire.send(b"yours" + wire.early)
    Owner(wire)
    return []


listener = socket.create_server(("127.0.0.1", 0))
server = engine.serve(listener, app, max_sockets=MAX_SOCKETS, header_timeout=30.0)


def main() -> None:
    serving = engine.spawn(server.run)
    print(listener.getsockname()[1], flush=True)
    engine.call_blocking(sys.stdin.readline)
    print(f"{server.connections} open", flush=True)
    server.stop(GRACE)
    for _ in range(600):
        if not server.connections:
            break
        engine.sleep(0.05)
    serving.join(30.0)
    print(f"stopped with {server.connections} open", flush=True)


if __name__ == "__main__":
    main()
