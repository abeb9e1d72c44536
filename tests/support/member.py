"""One of many clients in one thread: a WebSocket by hand that reads everything and remembers how far it came."""

import contextlib
import json
import os
import re
import socket
import struct
import time
from base64 import b64encode
from typing import Any, Literal

from tests.support.server import API_TOKEN

Kind = Literal["ws", "socketio"]
PATHS = {"ws": "/ws", "socketio": "/socket.io/?EIO=4&transport=websocket"}
FACT = re.compile(rb'(?:42\["\w+",)?\{"epoch":"([^"]+)","seq":(\d+),')
STATUS, SNAPSHOT = b'"type":"connection_status"', b'"type":"snapshot"'
TYPE_WITHIN = 120  # bytes from an envelope's beginning
TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
READ = 1 << 18
CONNECT_SECONDS = 0.5  # on loopback it takes none, unless the listen queue is full


class Member:
    """`gaps` says where facts were not contiguous; `resets` why it was given snapshots; `back` how many seconds each
    return took, from the end of one connection to being resumed on the next. `seq` is the last fact.
    """

    def __init__(self, port: int, kind: Kind) -> None:
        self.kind = kind
        self.facts = self.seq = 0
        self.epoch: str | None = None
        self.gaps: list[tuple[int, int]] = []
        self.resets: list[str] = []
        self.back: list[float] = []
        self.ended_at: float | None = None
        self.joined = False
        self.raw = socket.socket()
        self._address = ("127.0.0.1", port)
        self._left = b""
        self._upgraded = False

    @property
    def ended(self) -> bool:
        return self.ended_at is not None and not self.joined

    def connect(self) -> bool:
        """Begin a connection; False when nobody listens. The greeting goes out with it, the answer comes by `read`."""
        self._left, self._upgraded = b"", False
        self.raw.close()
        self.raw = socket.socket()
        self.raw.settimeout(CONNECT_SECONDS)
        try:
            self.raw.connect(self._address)
            key = b64encode(os.urandom(16)).decode()
            self.raw.sendall(
                f"GET {PATHS[self.kind]} HTTP/1.1\r\nHost: 127.0.0.1:{self._address[1]}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
        except OSError:
            self.raw.close()
            return False
        self.raw.setblocking(False)
        return True

    def read(self) -> bool:
        """What has come; False when the connection is over."""
        try:
            got = self.raw.recv(READ)
        except BlockingIOError:
            return True
        except OSError:
            got = b""
        with contextlib.suppress(OSError):  # it ended while something was said
            if got and self._understood(self._left + got):
                return True
        self.close()
        return False

    def close(self) -> None:
        self.raw.close()
        if self.joined:
            self.ended_at = time.monotonic()
        self.joined = False

    def hang_up(self) -> None:
        """End the connection, from any thread; who is `returning` comes back."""
        with contextlib.suppress(OSError):
            self.raw.shutdown(socket.SHUT_RDWR)

    def _understood(self, data: bytes) -> bool:
        at = 0
        if not self._upgraded:
            if b"\r\n\r\n" not in data:
                self._left = data
                return True
            head, _, data = data.partition(b"\r\n\r\n")
            if b" 101 " not in head[:20]:
                return False
            self._upgraded = True
            if self.kind == "ws":
                self._say(json.dumps({"op": "auth", **self._auth()}))
        while (frame := whole_frame(data, at)) is not None:
            kind, begin, end = frame
            if kind == CLOSE:
                return False
            if kind == PING:
                self._send(PONG, data[begin:end])
            elif (found := FACT.match(data, begin, end)) is not None:
                self._take(found[1], int(found[2]))
            elif not self._other(data[begin:end]):
                return False
            at = end
        self._left = data[at:]
        return True

    def _take(self, epoch: bytes, seq: int) -> None:
        if seq != self.seq + 1:
            self.gaps.append((self.seq, seq))
        self.epoch, self.seq = epoch.decode(), seq
        self.facts += 1

    def _other(self, packet: bytes) -> bool:
        """What is no fact; False when it says goodbye."""
        if self.kind == "socketio":
            if packet[:1] == b"0":
                self._say("40" + json.dumps(self._auth()))
            elif packet == b"2":
                self._say("3")
            elif packet[:2] in (b"41", b"44") or packet[:1] == b"1":
                return False
        begun = packet[:TYPE_WITHIN]
        if STATUS in begun:
            self._status(envelope(packet)["data"])
        elif SNAPSHOT in begun:
            state = envelope(packet)["data"]
            self.resets.append(state["reason"])
            self.epoch, self.seq = state["epoch"], state["seq"]
            self._is_in()
        return True

    def _status(self, told: dict[str, Any]) -> None:
        if told["resumed"]:
            self._is_in()

    def _is_in(self) -> None:
        self.joined = True
        if self.ended_at is not None:
            self.back.append(time.monotonic() - self.ended_at)

    def _auth(self) -> dict[str, Any]:
        return {"token": API_TOKEN} | ({} if self.epoch is None else {"epoch": self.epoch, "seq": self.seq})

    def _say(self, text: str) -> None:
        self._send(TEXT, text.encode())

    def _send(self, kind: int, payload: bytes) -> None:
        """A client's frame is masked; zeros are a mask."""
        size = len(payload)
        head = struct.pack("!BB", kind, 0x80 | size) if size < 126 else struct.pack("!BBH", kind, 0xFE, size)
        self.raw.send(head + bytes(4) + payload)


def envelope(packet: bytes) -> dict[str, Any]:
    """What a text frame carries, on either protocol."""
    found = json.loads(packet.removeprefix(b"42"))
    return dict(found[1] if isinstance(found, list) else found)


def whole_frame(data: bytes, at: int) -> tuple[int, int, int] | None:
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
