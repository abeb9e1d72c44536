"""Clients that follow the journal, come back by their positions, and remember what they saw: here over plain `/ws`."""

import contextlib
import itertools
import json
import socket
import threading
import time
from typing import Any

import websocket

from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN


class Follower:
    """Collects envelopes until closed; `seqs` must be contiguous whatever happened to the server.

    It gives a line up that said nothing for `silence` seconds.
    """

    leaves_within = 5.0

    def __init__(self, port: int, *, silence: float = PATIENCE) -> None:
        self.address, self.silence = f"127.0.0.1:{port}", silence
        self.envelopes: list[dict[str, Any]] = []
        self.snapshots: list[dict[str, Any]] = []
        self.sessions: list[dict[str, Any]] = []
        self.position: tuple[str, int] | None = None
        self.resets: list[str] = []  # why it had to start over, in the desk's words
        self._closing, self._away, self._left = threading.Event(), threading.Event(), threading.Event()
        self._socket: websocket.WebSocket | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def seqs(self) -> list[int]:
        return [envelope["seq"] for envelope in self.envelopes]

    def _run(self) -> None:
        while not self._closing.is_set():
            if self._away.is_set():
                self._left.set()
                time.sleep(0.02)
                continue
            try:
                self._follow_once()
            except (OSError, websocket.WebSocketException):
                time.sleep(0.1)

    def _follow_once(self) -> None:
        line = self._connect("/ws")
        line.send(json.dumps({"op": "auth", **self._auth()}))
        while self._stays():
            text = line.recv()
            if not text:
                return
            self._take(json.loads(text))

    def _stays(self) -> bool:
        return not self._closing.is_set() and not self._away.is_set()

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
            if (reason := message["data"].get("reason", "new")) != "new":
                self.resets.append(reason)
            self.position = (message["data"]["epoch"], message["data"]["seq"])
        elif kind == "connection_status":
            self.sessions.append(message)
        elif message.get("seq") is not None and kind != "heartbeat":
            self.envelopes.append(message)
            self.position = (message["epoch"], message["seq"])

    def wait_for(self, seq: int, seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.position is not None and self.position[1] >= seq:
                return
            time.sleep(0.02)
        raise AssertionError(f"the follower stands at {self.position}, not at {seq}")

    def wait_joined(self, seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.position is not None:
                return
            time.sleep(0.02)
        raise AssertionError("the follower never got its snapshot")

    def leave(self) -> None:
        """Hang up and keep away until `come_back`."""
        self._left.clear()
        self._away.set()
        self._hang_up()
        assert self._left.wait(PATIENCE)

    def come_back(self) -> None:
        self._away.clear()

    def _hang_up(self) -> None:
        raw = None if self._socket is None else self._socket.sock
        if raw is not None:
            with contextlib.suppress(OSError):  # it has ended by itself
                raw.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._closing.set()
        self._hang_up()
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
