"""Order, no gap, no repeat, also of prices: with tiny send buffers, odd reads, broken lines, goodbyes and upgrades."""

import json
import random
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
import websocket

from tests.support.compiled import by_c
from tests.support.patience import PATIENCE
from tests.web.gateway.following import assert_contiguous

SECONDS = 3.5
TINY = 4096
# One commit of so many facts and bytes each: more than may wait for a client, so it is told in pieces.
LARGE, LARGE_SIZE = 150, 6_000
ENGINE_IO = "/socket.io/?EIO=4"
KINDS = ("ws", "websocket", "upgrade")
KEYS = ("NQ1!", "ES1!", "CL1!", "GC1!", "YM1!")
TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A


class Rider:
    """One client with a bad line: it reads in odd pieces, pauses, and breaks off in mid-frame or says goodbye; it
    always comes back.

    `seqs` are all facts it ever had, `prices` the last of each key, `lines` how often it connected. With a `goal`, a
    fact, its next line holds; it is done with that fact and the `newest` price of each key.
    """

    def __init__(self, url: str, kind: str, seed: int) -> None:
        self.seqs: list[int] = []
        self.prices: dict[str, int] = {}
        self.resets: list[str] = []
        self.lines = 0
        self.holds = False
        self.error: BaseException | None = None
        self._url, self._kind, self._random = url, kind, random.Random(seed)
        self._position: tuple[str, int] | None = None
        self._on_this_line: set[str] = set()  # keys of which it had a price
        self._over = False  # it was told that the line ends
        self.newest: dict[str, int] | None = None
        self._thread = threading.Thread(target=self._ride, daemon=True)
        self.goal: int | None = None
        self._thread.start()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), f"{self._kind} stands at {self.seqs[-1:]} of {self.goal}"
        if self.error is not None:
            raise self.error

    @property
    def under_way(self) -> bool:
        return self._thread.is_alive()

    @property
    def done(self) -> bool:
        return self.goal is not None and self.seqs[-1:] >= [self.goal] and self.prices == self.newest

    def _ride(self) -> None:
        try:
            while not self.done:
                self.lines += 1
                self._once()
        except BaseException as error:
            self.error = error

    def _once(self) -> None:
        asked = {"token": "admin-token"}
        self._on_this_line, self._over = set(), False
        if self._position is not None:
            asked |= {"epoch": self._position[0], "seq": self._position[1]}  # type: ignore[dict-item]
        line = self._upgrade(asked) if self._kind == "upgrade" else self._open(asked)
        # On the last stretch the line holds and is read in full, else a slow machine would never see the end.
        self.holds = self.goal is not None
        pieces = 1_000_000 if self.holds else self._random.randrange(5, 400)
        buffer = b""
        for _ in range(pieces):
            try:
                part = line.recv(60_000 if self.holds else self._random.choice((1, 7, 100, 3000, 60_000)))
            except OSError:
                break
            if not part:
                break
            buffer = self._frames(line, buffer + part)
            if self.done or (self.goal is not None and not self.holds):
                break
            if self._random.random() < 0.02 and not self.holds:
                time.sleep(self._random.uniform(0, 0.05))
        else:
            if self._kind != "ws" and self._random.random() < 0.5:
                self._say_goodbye(line, buffer)
        line.close()  # wherever in a frame that is

    def _say_goodbye(self, line: socket.socket, buffer: bytes) -> None:
        """Socket.IO's own: what was under way then still comes whole."""
        _say(line, "41")
        while part := line.recv(60_000):
            buffer = self._frames(line, buffer + part, answering=False)
        assert not buffer, f"the line ended in mid-frame: {buffer[:20]!r}"

    def _open(self, asked: dict[str, Any]) -> socket.socket:
        path = "/ws" if self._kind == "ws" else f"{ENGINE_IO}&transport=websocket"
        line = self._dial(path)
        if self._kind == "ws":
            _say(line, json.dumps({"op": "auth", **asked}))
        else:
            _say(line, "40" + json.dumps(asked))
        return line

    def _dial(self, path: str) -> socket.socket:
        address = self._url.replace("http:", "ws:") + path
        made = websocket.create_connection(
            address, timeout=PATIENCE, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, TINY)]
        )
        line: socket.socket = made.sock
        return line

    def _upgrade(self, asked: dict[str, Any]) -> socket.socket:
        """As browsers do it: by polling first, then a socket is probed while a poll still waits."""
        polling = f"{self._url}{ENGINE_IO}&transport=polling"
        opened = requests.get(polling, timeout=PATIENCE).text
        sid = json.loads(opened[1:])["sid"]
        polling += f"&sid={sid}"
        requests.post(polling, data="40" + json.dumps(asked), timeout=PATIENCE)
        for _ in range(self._random.randrange(1, 4)):
            self._packets(requests.get(polling, timeout=PATIENCE).text)  # one that finds nothing waits for 20 s
            if self.done:
                break
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(lambda: requests.get(polling, timeout=PATIENCE).text)
            line = self._dial(f"{ENGINE_IO}&transport=websocket&sid={sid}")
            _say(line, "2probe")
            head = _exactly(line, 2)
            assert _exactly(line, head[1]) == b"3probe"
            self._packets(waiting.result(PATIENCE))
        _say(line, "5")
        return line

    def _packets(self, text: str) -> None:
        for packet in text.split("\x1e"):
            self._take(packet.encode())

    def _frames(self, line: socket.socket, buffer: bytes, answering: bool = True) -> bytes:
        """Takes the whole frames, answering pings; the rest of the buffer."""
        while len(buffer) >= 2:
            size, head = buffer[1], 2
            if size == 126:
                size, head = (struct.unpack_from("!H", buffer, 2)[0], 4) if len(buffer) >= 4 else (1 << 40, 4)
            elif size == 127:
                size, head = (struct.unpack_from("!Q", buffer, 2)[0], 10) if len(buffer) >= 10 else (1 << 40, 10)
            if len(buffer) < head + size:
                break
            assert buffer[0] in (TEXT, CLOSE, PING), f"no frame begins with {buffer[0]:#x}: the bytes are out of step"
            assert not self._over, "something follows the end"
            self._over = buffer[0] == CLOSE
            if buffer[0] == TEXT:
                self._take(buffer[head : head + size])
            if answering and buffer[0] == PING:
                _say(line, "", PONG)
            elif answering and buffer[head : head + size] == b"2":
                _say(line, "3")
            buffer = buffer[head + size :]
        return buffer

    def _take(self, payload: bytes) -> None:
        begin = payload.find(b"{")
        if begin < 0 or payload[:1] in (b"0", b"6") or payload[:2] == b"40":
            return
        envelope = json.loads(payload[begin:].rstrip(b"]") if payload[:1] == b"4" else payload)
        if envelope["type"] == "snapshot":
            self.resets.append(envelope["data"]["reason"])
            self._position = (envelope["data"]["epoch"], envelope["data"]["seq"])
        elif envelope.get("seq") is not None:
            self.seqs.append(envelope["seq"])
            self._position = (envelope["epoch"], envelope["seq"])
        elif envelope["type"] == "price_update":
            key, price = envelope["data"]["symbol"], envelope["data"]["price"]
            before = self.prices.get(key, -1)
            # Who comes anew is told the last one again.
            assert price > before or (price == before and key not in self._on_this_line), f"{key}: {before}, {price}"
            self.prices[key] = price
            self._on_this_line.add(key)


def _say(line: socket.socket, text: str, kind: int = TEXT) -> None:
    """One masked frame; short, so that its beginning and its end leave together."""
    payload = text.encode()
    head = bytes((kind, 0x80 | len(payload))) if len(payload) < 126 else struct.pack("!BBH", kind, 0xFE, len(payload))
    line.sendall(head + b"\0\0\0\0" + payload)


def _exactly(line: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = line.recv(size - len(got))
        assert part, "closed in the handshake"
        got += part
    return got


@pytest.mark.socket
@pytest.mark.parametrize(
    ("start", "language"), [("eventlet", "C"), ("gevent", "C"), ("eventlet", "Python")], indirect=["start"]
)
def test_every_fact_comes_once_and_in_order_whatever_the_line_does(start: Any, language: str) -> None:
    """Riders of all kinds, each with its own seed, against commits of random numbers and sizes of facts, and prices
    between: no price goes back, and the newest of each arrives.

    Seen to fail with `Outbox.missed` forgetting the rest of a frame (bytes out of step), with it forgetting what was
    not taken at all (a gap), with `Room.tell` looking up who is behind after its sends (a repeat), and with a piece of
    the past that counts a fact too many, which the large commit makes clients take (a gap). With prices: with
    `Room.tell_figures` taking a beginning for nothing (bytes out of step), with `Outbox.miss_figures` forgetting the
    first (a newest price never arrives), with `_refill` beginning a place too early (a price twice), and with a writer
    after the last packet (something follows the end).
    """
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    if language == "C":
        by_c()
    compiled = float(language == "C")
    gateway = start(
        replay_facts=100_000, client_stall_seconds=20, send_buffer=TINY, ping_seconds=0.3, compiled=compiled
    )
    assert gateway.seen()["figures"]["fan_out"] == language
    gateway.append(1)
    riders = [Rider(gateway.url, kind, chance.randrange(1 << 32)) for kind in KINDS for _ in range(2)]
    head = price = 0
    began, large = time.monotonic(), chance.uniform(0.2, 0.6) * SECONDS
    while (passed := time.monotonic() - began) < SECONDS:
        if passed > large:
            gateway.append(LARGE, size=LARGE_SIZE, at_once=LARGE)
            large = SECONDS
        many = chance.choice((1, 1, 3, 20))
        head = gateway.append(many, size=chance.choice((1, 300, 3000, 20_000)), at_once=chance.randrange(1, many + 1))
        prices = chance.randrange(1, 4)
        gateway.do(
            "passing", n=prices, first=price, size=chance.choice((1, 300, 9000)), keys=",".join(chance.sample(KEYS, 3))
        )
        price += prices
        time.sleep(chance.uniform(0, 0.05))
    for rider in riders:
        rider.goal = head
    newest: dict[str, int] = {}
    given_up = time.monotonic() + PATIENCE
    while any(rider.under_way for rider in riders) and time.monotonic() < given_up:
        if not newest and all(rider.holds for rider in riders):  # who comes anew would be told whatever it missed
            gateway.do("passing", n=len(KEYS), first=price, size=60_000, keys=",".join(KEYS))
            newest = {key: price + n for n, key in enumerate(KEYS)}
            for rider in riders:
                rider.newest = newest
        gateway.append(1)  # a poll that finds nothing would wait for 20 s
        time.sleep(0.1)
    for rider in riders:
        rider.join(PATIENCE)
        assert_contiguous(rider.seqs)
        assert rider.resets == ["new"]
    assert sum(rider.lines for rider in riders) > len(riders), "no line was ever cut"
