"""One client on a raw socket: it joins, answers pings, and finds verdicts in frames with as little work as can be."""

import base64
import json
import os
import re
import socket
import struct
from collections.abc import Callable

_VERDICT = re.compile(rb'"verdict":"(?:take|skip|reduce|unscored)"')
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
# Every client gets the same bytes, so each distinct frame, and each distinct piece of whole text frames that one read
# brings, is looked into once: what is measured is the server, not these clients.
_seen: dict[bytes, str | None] = {}
_pieces: dict[bytes, tuple[int, tuple[str, ...]]] = {}
_SEEN_MOST = 4096
_READ = 65_536


class Listener:
    """`joined` is set when the first state or `connection_status` came; `dropped` when the server closed."""

    def __init__(self, port: int, token: str, kind: str, on_verdict: Callable[[str], None]) -> None:
        self.joined, self.dropped, self.frames = False, False, 0
        self._kind, self._on_verdict, self._token = kind, on_verdict, token
        self._buffer, self._control = bytearray(), False
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        path = "/ws" if kind == "ws" else "/socket.io/?EIO=4&transport=websocket"
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.socket.recv(4096)
            if not part:
                raise ConnectionError("closed during the handshake")
            head += part
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise ConnectionError(head.split(b"\r\n", 1)[0].decode())
        if kind == "ws":
            self._send(_TEXT, json.dumps({"op": "auth", "token": token}).encode())
        self._buffer += head.split(b"\r\n\r\n", 1)[1]
        self.socket.setblocking(False)
        self._frames()  # the first may have come together with the answer to the handshake

    def read(self) -> None:
        """Everything that waits on the socket."""
        try:
            part = self.socket.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        if not part:
            self.dropped = True
            return
        known = None if self._buffer or not self.joined else _pieces.get(part)
        if known is not None:
            self.frames += known[0]
            for signal in known[1]:
                self._on_verdict(signal)
            return
        whole, before = not self._buffer and self.joined, self.frames
        self._buffer += part
        self._control = False
        found = self._frames()
        if whole and not self._buffer and not self._control:
            if len(_pieces) >= _SEEN_MOST:
                _pieces.clear()
            _pieces[part] = (self.frames - before, tuple(found))

    def _frames(self) -> list[str]:
        """Takes every whole frame of the buffer; the signals whose verdict was among them."""
        buffer, at, found = self._buffer, 0, []
        while len(buffer) - at >= 2:
            opcode, length, head = buffer[at] & 0x0F, buffer[at + 1] & 0x7F, 2
            if length == 126:
                if len(buffer) - at < 4:
                    break
                length, head = struct.unpack_from("!H", buffer, at + 2)[0], 4
            elif length == 127:
                if len(buffer) - at < 10:
                    break
                length, head = struct.unpack_from("!Q", buffer, at + 2)[0], 10
            if len(buffer) - at < head + length:
                break
            payload = bytes(memoryview(buffer)[at + head : at + head + length])
            at += head + length
            signal = self._take(opcode, payload)
            if signal is not None:
                found.append(signal)
                self._on_verdict(signal)
        del buffer[:at]
        return found

    def _take(self, opcode: int, payload: bytes) -> str | None:
        if opcode == _PING:
            self._control = True
            self._send(_PONG, payload)
        elif opcode == _CLOSE:
            self._control = self.dropped = True
        elif opcode == _TEXT:
            self.frames += 1
            if self._kind == "socketio" and payload[:1] == b"0":
                self._send(_TEXT, b"40" + json.dumps({"token": self._token}).encode())
            elif payload == b"2":
                self._control = True
                self._send(_TEXT, b"3")
            elif not self.joined and b"snapshot" in payload[:400]:
                self.joined = True
            else:
                return _verdict(payload)
        return None

    def _send(self, opcode: int, payload: bytes) -> None:
        mask, size = os.urandom(4), len(payload)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + struct.pack("!H", size)
        masked = bytes(byte ^ mask[n & 3] for n, byte in enumerate(payload))
        self.socket.sendall(bytes((0x80 | opcode,)) + length + mask + masked)


def _verdict(payload: bytes) -> str | None:
    """The signal of a `signal_update` that carries a verdict, else None."""
    if payload in _seen:
        return _seen[payload]
    found = None
    if b'"signal_update"' in payload[:200] + payload[-400:] and _VERDICT.search(payload):
        body = json.loads(payload[payload.index(b"{") :].rstrip(b"]"))
        if body["type"] == "signal_update" and body["data"]["verdict"] != "none":
            found = str(body["data"]["id"])
    if len(_seen) >= _SEEN_MOST:
        _seen.clear()
    _seen[payload] = found
    return found
