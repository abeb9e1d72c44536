"""Thousands of idle sockets slow no alert down, nor when they leave at once; one too many is told so."""

import contextlib
import resource
import selectors
import socket
import time
from collections.abc import Iterator

import pytest

from tests.conftest import StartServer
from tests.faults.senders import Senders
from tests.support.crowd import Crowd
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer


@pytest.mark.socket
def test_idle_sockets_slow_no_alert_down(start_server: StartServer, engine: str) -> None:
    """With 150 of them half of the alerts are answered within 400 ms, usually within 15; over the cap: 503.

    Seen to fail with a broadcast that pauses 2 ms a client (0.8 and 1.0 s), and without the cap in the
    server (the one too many hears nothing).
    """
    idle_sockets(start_server, engine, sockets=150, alerts=60, per_second=20, share=0.5, answer=0.4, told=15.0)


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["eventlet", "gevent"])
def test_5000_idle_sockets(start_server: StartServer, kind: str) -> None:
    """The long form: 5,000 sockets, past many rounds of heartbeats and pings; p99 of answers < 500 ms, 503 in 1 s.

    Three alerts a second are ten facts, 50,000 frames: of 20 alerts a second each socket would be sent 60 facts, and
    300,000 frames a second are more than a bare loop of `send` gets out of one core.
    """
    idle_sockets(start_server, kind, sockets=5_000, alerts=240, per_second=3, share=0.99, answer=0.5, told=1.0)


def idle_sockets(
    start_server: StartServer,
    engine: str,
    sockets: int,
    alerts: int,
    per_second: float,
    share: float,
    answer: float,
    told: float,
) -> None:
    with open_files(sockets):
        server = start_server(ASYNC_MODE=engine, MAX_SOCKETS=str(sockets + 50), PING_SECONDS="5", HEARTBEAT_SECONDS="3")
        with Crowd(server.port, sockets) as crowd:
            senders = Senders(server, alerts, threads=8, per_second=per_second)
            senders.finish(180)
            assert_answered(senders, share, answer)
            crowd.wait_for(int(server.get("/api/state")["seq"]))
            assert not any(member.ended for member in crowd.members)
            assert turned_away(server, 100) < told


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["eventlet", "gevent"])
def test_5000_leave_at_once(start_server: StartServer, kind: str) -> None:
    """As at a proxy's restart, plain and Socket.IO ones: p99 of the alerts' answers meanwhile < 500 ms, and nobody is
    counted afterwards.

    With the library's own table of rooms 4,000 that left held /healthz up for 1.1 s.
    """
    size = 5_000
    with open_files(size):
        server = start_server(ASYNC_MODE=kind, MAX_SOCKETS=str(size + 50), PING_SECONDS="5")
        with Crowd(server.port, size, ("ws", "socketio")):
            senders = Senders(server, 150, threads=8, per_second=30)
        senders.finish(180)
        assert_answered(senders, 0.99, 0.5)
        assert_nobody_counted(server)


def assert_nobody_counted(server: DeskServer) -> None:
    """Of those who left, soon."""
    deadline = time.monotonic() + PATIENCE
    while server.get("/ws/stats")["clients"] or server.get("/api/connections")["items"]:
        assert time.monotonic() < deadline, "somebody is counted who left"
        time.sleep(0.1)


def assert_answered(senders: Senders, share: float, answer: float) -> None:
    """Every alert, and that share of them within so many seconds."""
    answered = sorted(senders.latencies)
    print(f"answers: median {answered[len(answered) // 2]:.3f} s, the slowest {answered[-1]:.3f} s")
    assert len(senders.acknowledged) == senders.total
    assert answered[int(share * len(answered))] < answer


@contextlib.contextmanager
def open_files(sockets: int) -> Iterator[None]:
    """So many sockets may be open, or the test is skipped."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < sockets + 500:
        pytest.skip(f"only {hard} files may be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def turned_away(server: DeskServer, most: int) -> float:
    """Open connections until one is too many; the seconds until that one heard 503."""
    opened: list[tuple[socket.socket, float]] = []
    try:
        for _ in range(most):
            began = time.monotonic()
            opened.append((socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE), began))
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            heard = readable([one for one, _ in opened])
            for one, began in opened:
                if one in heard:
                    took = time.monotonic() - began
                    said = one.recv(4096)
                    assert said.startswith(b"HTTP/1.1 503")
                    assert b"too_many_sockets" in said
                    return took
        raise AssertionError("nobody was turned away")
    finally:
        for one, _ in opened:
            one.close()


def readable(sockets: list[socket.socket]) -> list[object]:
    """Those with something to read, within a tenth of a second; file numbers may be too high for `select`."""
    with selectors.DefaultSelector() as selector:
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        return [key.fileobj for key, _ in selector.select(0.1)]
