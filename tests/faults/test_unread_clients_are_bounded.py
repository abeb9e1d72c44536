"""A client that answers pings but never reads costs no more than its bound, and comes back by its position."""

import contextlib
import json
import socket
import threading
import time
from typing import Any

import pytest
import requests
import websocket

from tests.conftest import StartServer
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer

BATCH, PAD = 500, "x" * 900
BOUND = 1 << 20
HEADERS = {"Authorization": f"Bearer {API_TOKEN}"}


class Deaf:
    """A Socket.IO client on WebSocket with a tiny buffer that says pong, asked or not, and takes nothing in."""

    def __init__(self, server: DeskServer) -> None:
        url = f"ws://127.0.0.1:{server.port}/socket.io/?EIO=4&transport=websocket"
        self._socket = websocket.create_connection(
            url, timeout=PATIENCE, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)]
        )
        self._socket.recv()
        self._socket.send("40" + json.dumps({"token": API_TOKEN}))
        first = self._until("connection_status")["data"]
        self.position = (first["epoch"], first["seq"])
        self._ended = threading.Event()
        threading.Thread(target=self._say_pong, daemon=True).start()

    def _until(self, type_: str) -> dict[str, Any]:
        while True:
            text = str(self._socket.recv())
            if text.startswith(f'42["{type_}",'):
                found: dict[str, Any] = json.loads(text[2:])[1]
                return found

    def _say_pong(self) -> None:
        while not self._ended.wait(0.3):
            with contextlib.suppress(OSError, websocket.WebSocketException):
                self._socket.send("3")

    def close(self) -> None:
        self._ended.set()
        self._socket.close()


@pytest.mark.socket
def test_who_never_reads_is_dropped_within_its_bound(start_server: StartServer, engine: str) -> None:
    """At most 16 MB more, dropped soon after its queue was full, back by its position without a gap.

    Seen to fail with CLIENT_QUEUE_BYTES of 1 GiB: the client is never dropped and what waits for it grows by all that
    is published.
    """
    never_reads(start_server, engine, warm_up=4_000, events=6_000, full_seconds=30.0)


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["eventlet", "gevent"])
def test_who_never_reads_100_000_events(start_server: StartServer, kind: str) -> None:
    """The long form: 100,000 events of 1 KB; dropped within 5 s of a full queue."""
    never_reads(start_server, kind, warm_up=30_000, events=100_000, full_seconds=5.0)


def never_reads(start_server: StartServer, engine: str, warm_up: int, events: int, full_seconds: float) -> None:
    # Half a queue is full: what is more waits in the journal for two seconds.
    quota = {"CLIENT_STALL_SECONDS": "2", "PUBLISH_PER_SECOND": "1000000", "PUBLISH_BYTES_PER_SECOND": "1000000000"}
    server = start_server(ASYNC_MODE=engine, PING_SECONDS="5", REPLAY_FACTS="200000", RING_FACTS="500", **quota)
    publish(server, warm_up)  # fills what is kept in memory anyway: the ring, the database's page caches
    before = server.rss_mb()
    deaf = Deaf(server)
    try:
        dropped_at = head = 0
        full_since: float | None = None
        for published in range(BATCH, events + 1, BATCH):
            head = publish(server, BATCH)
            found = connected(server)
            if found:
                assert found[0]["queued_bytes"] <= BOUND
                if found[0]["queued_bytes"] > BOUND // 2 and full_since is None:
                    full_since = time.monotonic()
                assert full_since is None or time.monotonic() - full_since < full_seconds
            elif not dropped_at:
                dropped_at = published
        deadline = time.monotonic() + PATIENCE
        while not dropped_at and time.monotonic() < deadline:
            dropped_at = 0 if connected(server) else events
            time.sleep(0.1)
        assert dropped_at, "it was never dropped"
        assert server.get("/ws/stats")["dropped_slow"] == 1
        grown = server.rss_mb() - before
        print(f"{grown:.1f} MB more, dropped after {dropped_at} events")
        assert grown <= 16
        assert resumed(server, deaf.position, head) == list(range(deaf.position[1] + 1, head + 1))
    finally:
        deaf.close()


def publish(server: DeskServer, count: int) -> int:
    """The head after `count` events of 1 KB."""
    one = {"type": "event", "message": "scan", "data": {"event_type": "scan", "details": {"pad": PAD}}}
    seq = 0
    for _ in range(0, count, BATCH):
        answer = requests.post(f"{server.url}/api/events", json=[one] * BATCH, headers=HEADERS, timeout=PATIENCE)
        answer.raise_for_status()
        seq = answer.json()["items"][-1]["seq"]
    return int(seq)


def connected(server: DeskServer) -> list[dict[str, Any]]:
    return [one for one in server.get("/api/connections")["items"] if one["kind"] == "socketio"]


def resumed(server: DeskServer, position: tuple[str, int], head: int) -> list[int]:
    """Every seq that a client gets which comes back at `position`."""
    back = websocket.create_connection(f"ws://127.0.0.1:{server.port}/ws", timeout=PATIENCE)
    back.send(json.dumps({"op": "auth", "token": API_TOKEN, "epoch": position[0], "seq": position[1]}))
    assert json.loads(back.recv())["data"]["resumed"] is True
    seqs: list[int] = []
    while not seqs or seqs[-1] < head:
        seq = json.loads(back.recv()).get("seq")
        if seq is not None:
            seqs.append(seq)
    back.close()
    return seqs
