"""Pings by one timer: regular, past a sleeping writer, and silence still ends a client."""

import json
import time
from collections.abc import Iterator
from queue import Queue

import pytest
import websocket

import runtime
from tests.support.patience import PATIENCE
from tests.web.gateway.conftest import Running, Starter
from tests.web.gateway.following import Plain
from web.gateway.pings import Pings

pytestmark = pytest.mark.socket


@pytest.fixture(scope="module", params=["eventlet", "gevent"])
def pinging(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A gateway that pings three times a second, and is patient for ten times as long."""
    starter = Starter(request.param, tmp_path_factory.mktemp("pinging"))
    yield starter(ping_seconds=0.3, ping_timeout_seconds=3.0)
    starter.stop()


def test_who_answers_pings_stays_and_who_does_not_goes(pinging: Running) -> None:
    """Five pings are answered, with facts between them; then the client falls silent and is closed.

    Seen to fail with `Pings.add` doing nothing (no ping comes), and with `last_ping` not set (the first is the last).
    """
    url = pinging.ws.replace("/ws", "/socket.io/?EIO=4&transport=websocket")
    client = websocket.create_connection(url, timeout=PATIENCE)
    client.recv()
    client.send("40" + json.dumps({"token": "admin-token"}))
    pings, facts = 0, 0
    while pings < 5:
        said = str(client.recv())
        if said == "2":
            pings += 1
            client.send("3")
            pinging.append(1)
        facts += '"seq":' in said and said.startswith('42["event"')
    assert facts >= 3
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):  # noqa: PT012
        while client.recv():
            continue  # whatever comes before the end
        raise websocket.WebSocketConnectionClosedException


def test_silence_ends_a_plain_client(pinging: Running) -> None:
    """Whoever answers the pings of `/ws` stays; whoever falls silent is told why and closed.

    Seen to fail with `PlainClient.late` doing nothing, and with `pong` adding nobody (one ping, then none).
    """
    answers, silent = Plain(pinging.ws), Plain(pinging.ws)
    mine, gone = (client.next()["data"]["session"] for client in (answers, silent))
    pings, left, deadline = 0, {gone}, time.monotonic() + PATIENCE
    while pings < 3 or gone in left:
        assert time.monotonic() < deadline, "whoever is silent stays"
        opcode, _ = answers.socket.recv_data(control_frame=True)  # it answers them by itself
        pings += opcode == websocket.ABNF.OPCODE_PING
        left = {one["id"] for one in pinging.seen()["items"]}
    assert mine in left
    raw = b""
    while part := silent.socket.sock.recv(1 << 20):
        raw += part
    assert raw.endswith(b"\x88\x13\x03\xf0Ping/Pong timeout")
    answers.close()


def test_one_that_breaks_costs_nobody_else_the_ping() -> None:
    """Seen to fail without `_safely`: the timer's task ended with the first, and no later one was begun."""
    told: list[str] = []

    class Broken:
        def ping(self, at: float) -> bool:
            raise RuntimeError("this one breaks")

        late = ping

    class Fine(Broken):
        def ping(self, at: float) -> bool:
            told.append("pinged")
            return True

        def late(self, at: float) -> None:
            told.append("late")

    pings = Pings(runtime.make("threads"), 0.01, 0.2)  # each is pinged once, as nobody answers
    for one in (Broken(), Fine(), Broken(), Fine()):
        pings.add(one)
    deadline = time.monotonic() + PATIENCE
    while len(told) < 4 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert told == ["pinged", "pinged", "late", "late"]


def test_the_patience_with_an_answer_delays_no_later_ping() -> None:
    """Pinged every 50 ms, and ten minutes' patience: whoever answers is pinged again, long before these are over.

    Seen to fail with a timer that slept until the patience was over: a proxy that wants to hear something every few
    seconds cut its connections, where PING_SECONDS was below PING_TIMEOUT_SECONDS.
    """
    asked: Queue[float] = Queue()

    class Answers:
        def ping(self, at: float) -> bool:
            asked.put(at)
            return True

        def late(self, at: float) -> None:
            raise AssertionError("nobody is late")

    pings, one = Pings(runtime.make("threads"), 0.05, 600.0), Answers()
    for _ in range(3):
        pings.add(one)
        asked.get(timeout=PATIENCE)
        time.sleep(0.2)  # the timer has gone to sleep
