"""Encodes what is sent once for all clients: the JSON, and a packet of it for each kind of client."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Literal

from events import wire
from events.ring import LARGE_BYTES, Budget
from web.gateway.packets import Packet

if TYPE_CHECKING:
    from events.envelope import Fact, Passing

Kind = Literal["socketio", "ws"]
KINDS: tuple[Kind, ...] = ("socketio", "ws")
SNAPSHOT_BYTES = 256 * 1024
# What goes out in one piece, if it is more than one message: a line that takes only half of it keeps this much alive.
PIECE_BYTES = 64 * 1024
# Clients that come back together are some pages apart at most.
OLDER_MESSAGES, OLDER_BYTES = 400, 4 * 1024 * 1024


class Message:
    """One envelope on its way to many clients. `seq` is None for passing updates; `made` is monotonic seconds."""

    __slots__ = ("_plain", "_socketio", "json", "made", "seq", "symbol", "type")

    def __init__(self, envelope: dict[str, Any], *, json: bytes | None = None) -> None:
        """`json` is the envelope where somebody has encoded it already."""
        self.type: str = envelope["type"]
        self.seq: int | None = envelope.get("seq")
        self.symbol: str | None = envelope.get("symbol")
        self.made = time.monotonic()
        self.json = wire.encode(envelope) if json is None else json
        self._plain: Packet | None = None
        self._socketio: Packet | None = None

    @property
    def size(self) -> int:
        return len(self.json)

    def packet(self, kind: Kind) -> Packet:
        """As a client of that kind takes it."""
        return self.socketio() if kind == "socketio" else self.plain()

    def plain(self) -> Packet:
        """The envelope as it is, for `/ws`."""
        if self._plain is None:
            self._plain = Packet.text(self.json)
        return self._plain

    def socketio(self) -> Packet:
        """The envelope as a Socket.IO event named by its type, in the default namespace."""
        if self._socketio is None:
            self._socketio = Packet.text(b'42["', self.type.encode(), b'",', self.json, b"]")
        return self._socketio


class Encoder:
    """Facts as messages, encoded once for all: the newest `keep`, fewer where they are large, and of those before them
    a few that somebody replays.

    Two rooms, because one client's replay of thousands must not cost the newest theirs. The very newest is in the first
    however large it is.
    """

    def __init__(self, keep: int) -> None:
        self._keep, self._budget = keep, Budget(keep)
        self._first = self._newest = 0  # of the first room
        self._known: dict[int, Message] = {}
        self._older: OrderedDict[int, Message] = OrderedDict()
        self._older_bytes = 0

    def fact(self, fact: Fact) -> Message:
        """The message of a journalled fact."""
        seq = fact.seq or 0
        message = self._known.get(seq) or self._older.get(seq)
        if message is None:
            envelope = fact.envelope()
            message = Message(envelope, json=wire.encode_around(envelope, "data", fact.text()))
            self._remember(seq, message)
        return message

    def _remember(self, seq: int, message: Message) -> None:
        if seq > self._newest:
            self._begin_at(seq - self._keep + 1)
            self._newest = seq
        if seq >= self._first and message.size > LARGE_BYTES:
            self._begin_at(self._budget.take(self._first, seq, message.size))
        if seq >= self._first:
            self._known[seq] = message
        else:
            self._remember_older(seq, message)

    def _begin_at(self, first: int) -> None:
        """Forget what is before; the first seq may be in the millions: no number is looked for that was never kept."""
        if first > self._first:
            for left in range(self._first, min(first, self._newest + 1)):
                self._known.pop(left, None)
            self._first = first

    def _remember_older(self, seq: int, message: Message) -> None:
        self._older[seq] = message
        self._older_bytes += message.size
        while len(self._older) > OLDER_MESSAGES or (self._older_bytes > OLDER_BYTES and len(self._older) > 1):
            _, gone = self._older.popitem(last=False)
            self._older_bytes -= gone.size

    def made(self, seq: int) -> float | None:
        """When a fact was encoded, in monotonic seconds; None when that is long ago."""
        message = self._known.get(seq)
        return message.made if message else None


def snapshot_message(passing: Passing) -> Message:
    """A snapshot of at most 256 KB: the oldest signals are left out until it fits; a page asks for them by HTTP."""
    message = Message(passing.envelope())
    signals = list(passing.data.get("signals") or [])
    while message.size > SNAPSHOT_BYTES and signals:
        # A cut in proportion, and a little more, so that two or three tries do.
        signals = signals[: min(len(signals) - 1, int(len(signals) * SNAPSHOT_BYTES / message.size * 0.95))]
        envelope = passing.envelope()
        envelope["data"] = {**passing.data, "signals": signals, "truncated": True}
        message = Message(envelope)
    return message
