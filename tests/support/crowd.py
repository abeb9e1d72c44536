"""Many `/ws` followers in one thread: they read everything, remember how far they came, and cost the test little."""

import json
import re
import selectors
import socket
import struct
import threading
import time

import websocket

from tests.support.server import API_TOKEN

FACT = re.compile(rb'\{"epoch":"[^"]+","seq":(\d+),')
PING, PONG_EMPTY = 0x89, b"\x8a\x80\x00\x00\x00\x00"


class Member:
    """One socket; `seqs` counts facts, `gaps` says where they were not contiguous."""

    def __init__(self, url: str) -> None:
        self._socket = websocket.create_connection(url, timeout=20)
        self._socket.send(json.dumps({"op": "auth", "token": API_TOKEN}))
        self.raw: socket.socket = self._socket.sock
        self.raw.setblocking(False)
        self.facts = self.seq = 0
        self.gaps: list[tuple[int, int]] = []
        self.ended = False
        self._left = b""

    def read(self) -> None:
        try:
            got = self.raw.recv(1 << 18)
        except BlockingIOError:
            return
        except OSError:
            got = b""
        if not got:
            self.ended = True
            return
        data, at = self._left + got, 0
        while (frame := _frame(data, at)) is not None:
            kind, begin, end = frame
            if kind == PING:
                self.raw.send(PONG_EMPTY)
            elif (found := FACT.match(data, begin, end)) is not None:
                self._take(int(found[1]))
            at = end
        self._left = data[at:]

    def _take(self, seq: int) -> None:
        if self.facts and seq != self.seq + 1:
            self.gaps.append((self.seq, seq))
        self.seq = seq
        self.facts += 1

    def close(self) -> None:
        self.raw.close()


class Crowd:
    """`size` members; use as a context manager."""

    def __init__(self, port: int, size: int) -> None:
        self.members = [Member(f"ws://127.0.0.1:{port}/ws") for _ in range(size)]
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read_all, daemon=True)

    def _read_all(self) -> None:
        with selectors.DefaultSelector() as selector:
            for member in self.members:
                selector.register(member.raw, selectors.EVENT_READ, member)
            while not self._closing.is_set():
                for key, _ in selector.select(0.1):
                    key.data.read()
                    if key.data.ended:
                        selector.unregister(key.fileobj)

    def wait_for(self, seq: int, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if all(member.seq >= seq for member in self.members):
                return
            time.sleep(0.02)
        behind = sorted(member.seq for member in self.members)[:5]
        raise AssertionError(f"not everybody got fact {seq}; the last stand at {behind}")

    def __enter__(self) -> "Crowd":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(5)
        for member in self.members:
            member.close()


def _frame(data: bytes, at: int) -> tuple[int, int, int] | None:
    """The first byte of a whole frame and where its payload begins and ends; None while it is incomplete."""
    if len(data) < at + 2:
        return None
    size, begin = data[at + 1], at + 2
    if size >= 126:
        form, width = ("!H", 2) if size == 126 else ("!Q", 8)
        if len(data) < begin + width:
            return None
        size, begin = struct.unpack_from(form, data, begin)[0], begin + width
    return (data[at], begin, begin + size) if len(data) >= begin + size else None
