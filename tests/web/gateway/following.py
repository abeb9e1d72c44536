"""Clients for the gateway's tests: plain WebSocket and Socket.IO, each remembering every envelope in order."""

import itertools
import json
import time
from typing import Any

import websocket

from tests.support.in_order import InOrderClient
from tests.support.patience import PATIENCE


class Plain:
    """A plain WebSocket client; read by hand."""

    def __init__(self, url: str, token: str = "admin-token", **asked: Any) -> None:
        self.socket = websocket.create_connection(url, timeout=PATIENCE)
        self.say({"op": "auth", "token": token, **asked})

    def say(self, message: Any) -> None:
        self.socket.send(json.dumps(message))

    def next(self, timeout: float = PATIENCE) -> dict[str, Any]:
        self.socket.settimeout(timeout)
        text = self.socket.recv()
        if not text:
            raise ConnectionError("closed")
        return json.loads(text)

    def until(self, type_: str, timeout: float = PATIENCE) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The next envelope of that type, and what came before it."""
        before, deadline = [], time.monotonic() + timeout
        while (found := self.next(timeout)).get("type") != type_:
            before.append(found)
            assert time.monotonic() < deadline, f"no {type_}, but {len(before)} others"
        return found, before

    def facts_to(self, seq: int, timeout: float = PATIENCE) -> list[int]:
        """Every seq until one arrives."""
        seqs: list[int] = []
        while not seqs or seqs[-1] < seq:
            found = self.next(timeout)
            if found.get("seq") is not None:
                seqs.append(found["seq"])
        return seqs

    def close(self) -> None:
        self.socket.close()


class Talker:
    """A Socket.IO client of python-socketio."""

    def __init__(self, url: str, auth: dict[str, Any] | None = None, transports: Any = None, **headers: str) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.client = InOrderClient(reconnection=False)
        self.client.on("*", lambda name, data: self.events.append((name, data)))
        auth = {"token": "admin-token"} if auth is None else auth
        self.client.connect(url, auth=auth, transports=transports, headers=headers, wait_timeout=PATIENCE)

    def named(self, name: str) -> list[dict[str, Any]]:
        return [data for what, data in self.events if what == name]

    @property
    def seqs(self) -> list[int]:
        return [data["seq"] for _, data in self.events if data.get("seq") is not None]

    def wait(self, what: Any, timeout: float = PATIENCE) -> None:
        wait_for(lambda: what(self), timeout)

    def close(self) -> None:
        self.client.disconnect()


def wait_for(what: Any, timeout: float = PATIENCE) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if what():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen in time")


def assert_contiguous(seqs: list[int]) -> None:
    breaks = [(a, b) for a, b in itertools.pairwise(seqs) if b != a + 1]
    assert not breaks, f"gaps or repeats: {breaks[:5]}"
