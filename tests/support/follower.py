"""Clients that follow the journal, come back by their positions, and remember what they saw: here over plain `/ws`."""

import itertools
import json
import threading
import time
from typing import Any

import websocket

from tests.support.server import API_TOKEN


class Follower:
    """Collects envelopes until closed; `seqs` must be contiguous whatever happened to the server.

    It gives a line up that said nothing for `silence` seconds.
    """

    leaves_within = 5.0

    def __init__(self, port: int, *, silence: float = 60.0) -> None:
        self.address, self.silence = f"127.0.0.1:{port}", silence
        self.envelopes: list[dict[str, Any]] = []
        self.snapshots: list[dict[str, Any]] = []
        self.sessions: list[dict[str, Any]] = []
        self.position: tuple[str, int] | None = None
        self._closing = threading.Event()
        self._socket: websocket.WebSocket | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def seqs(self) -> list[int]:
        return [envelope["seq"] for envelope in self.envelopes]

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._follow_once()
            except (OSError, websocket.WebSocketException):
                time.sleep(0.1)

    def _follow_once(self) -> None:
        socket = self._connect("/ws")
        socket.send(json.dumps({"op": "auth", **self._auth()}))
        while not self._closing.is_set():
            text = socket.recv()
            if not text:
                return
            self._take(json.loads(text))

    def _connect(self, path: str) -> websocket.WebSocket:
        self._socket = websocket.create_connection(f"ws://{self.address}{path}", timeout=self.silence)
        return self._socket

    def _auth(self) -> dict[str, Any]:
        epoch, seq = self.position or (None, None)
        return {"token": API_TOKEN, "epoch": epoch, "seq": seq}

    def _take(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "snapshot":
            self.snapshots.append(message)
            self.position = (message["data"]["epoch"], message["data"]["seq"])
        elif kind == "connection_status":
            self.sessions.append(message)
        elif message.get("seq") is not None and kind != "heartbeat":
            self.envelopes.append(message)
            self.position = (message["epoch"], message["seq"])

    def wait_for(self, seq: int, seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.position is not None and self.position[1] >= seq:
                return
            time.sleep(0.02)
        raise AssertionError(f"the follower stands at {self.position}, not at {seq}")

    def wait_joined(self, seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.position is not None:
                return
            time.sleep(0.02)
        raise AssertionError("the follower never got its snapshot")

    def close(self) -> None:
        self._closing.set()
        if self._socket is not None:
            self._socket.close()
        self._thread.join(self.leaves_within)

    def assert_lossless(self) -> None:
        """Strictly rising without a gap or a repeat, from the first to the last."""
        seqs = self.seqs
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs))), first_break(seqs)


def first_break(seqs: list[int]) -> str:
    for before, after in itertools.pairwise(seqs):
        if after != before + 1:
            return f"{before} was followed by {after}"
    return "no break"
