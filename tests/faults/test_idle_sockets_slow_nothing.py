"""Thousands of idle sockets slow no alert down, and one too many is told so at once."""

import resource
import selectors
import socket
import time

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
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < sockets + 500:
        pytest.skip(f"only {hard} files may be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        server = start_server(ASYNC_MODE=engine, MAX_SOCKETS=str(sockets + 50), PING_SECONDS="5", HEARTBEAT_SECONDS="3")
        with Crowd(server.port, sockets) as crowd:
            senders = Senders(server, alerts, threads=8, per_second=per_second)
            senders.finish(180)
            answered = sorted(senders.latencies)
            print(f"answers: median {answered[len(answered) // 2]:.3f} s, the slowest {answered[-1]:.3f} s")
            assert len(senders.acknowledged) == alerts
            assert answered[int(share * len(answered))] < answer
            crowd.wait_for(int(server.get("/api/state")["seq"]))
            assert not any(member.ended for member in crowd.members)
            assert turned_away(server, 100) < told
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
