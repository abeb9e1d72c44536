"""Encodes what is sent once for all clients: the JSON, the Socket.IO packet and the WebSocket frames around both."""

from __future__ import annotations

import struct
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from events import wire

if TYPE_CHECKING:
    from events.envelope import Fact, Passing

Kind = Literal["socketio", "ws"]
KINDS: tuple[Kind, ...] = ("socketio", "ws")
SNAPSHOT_BYTES = 256 * 1024
# What goes out in one piece, if it is more than one message: a line that takes only half of it keeps this much alive.
PIECE_BYTES = 64 * 1024
# Clients that come back together are some pages apart at most.
OLDER_MESSAGES = 400
TEXT_FRAME = 0x81


def frame(payload: bytes) -> bytes:
    """One unmasked WebSocket text frame (RFC 6455, section 5.2): a server's frames are the same for every client."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", TEXT_FRAME, size) + payload
    if size < 65536:
        return struct.pack("!BBH", TEXT_FRAME, 126, size) + payload
    return struct.pack("!BBQ", TEXT_FRAME, 127, size) + payload


class Text(str):
    """A text to send that brings its WebSocket frame along, so that nobody encodes it again.

    `holds` marks the rest of a frame whose beginning is on the wire already: its sender still holds the line.
    """

    frame: bytes | memoryview
    holds: bool = False


def text(payload: bytes) -> Text:
    """`payload` with its frame."""
    made = Text(payload.decode())
    made.frame = frame(payload)
    return made


class Packet:
    """What lies in an outbox; `encode` is what Engine.IO's writer and its polling answer call."""

    __slots__ = ("size", "text")
    packet_type = 4  # Engine.IO's "message"; its logger looks at these three
    binary = False
    data = ""

    def __init__(self, text: Text) -> None:
        self.text, self.size = text, len(text.frame)

    @property
    def parts(self) -> Sequence[Packet]:
        """What it is for a polling answer, which takes packets one by one."""
        return (self,)

    def encode(self, b64: bool = False) -> Text:
        del b64
        return self.text

    @classmethod
    def control(cls, frame: bytes) -> Packet:
        """A frame of the protocol itself, such as a ping: it is no text, and only its bytes count."""
        made = Text()
        made.frame = bytes(frame)
        return cls(made)

    @classmethod
    def rest(cls, remainder: bytes | memoryview) -> Packet:
        """The rest of a frame that the kernel took only in part; a view, because the frame is everybody's."""
        left = Text()
        left.frame, left.holds = remainder, True
        return cls(left)


class Message:
    """One envelope on its way to many clients. `seq` is None for passing updates; `made` is monotonic seconds."""

    __slots__ = ("_packets", "fact", "json", "made", "seq", "symbol", "type")

    def __init__(self, envelope: dict[str, Any], *, fact: Fact | None = None) -> None:
        self.type = str(envelope["type"])
        self.seq: int | None = envelope.get("seq")
        self.symbol: str | None = envelope.get("symbol")
        self.fact = fact
        self.made = time.monotonic()
        # What is journalled was encoded strictly before it was stored.
        self.json = wire.encode(envelope) if fact is None else wire.encode_again(envelope)
        self._packets: dict[str, Packet] = {}

    @property
    def size(self) -> int:
        return len(self.json)

    def packet(self, kind: Kind) -> Packet:
        """As a client of that kind takes it."""
        return self.socketio() if kind == "socketio" else self.plain()

    def plain(self) -> Packet:
        """The envelope as it is, for `/ws`."""
        return self._packet("plain", lambda: self.json)

    def socketio(self) -> Packet:
        """The envelope as a Socket.IO event named by its type, in the default namespace."""
        return self._packet("socketio", lambda: b'42["' + self.type.encode() + b'",' + self.json + b"]")

    def _packet(self, kind: str, payload: Callable[[], bytes]) -> Packet:
        packet = self._packets.get(kind)
        if packet is None:
            packet = self._packets[kind] = Packet(text(payload()))
        return packet


class Piece(Packet):
    """Several packets in one, for the wire: frames may be concatenated, the packets of a polling answer may not."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Sequence[Packet]) -> None:
        together = Text()
        together.frame = b"".join([packet.text.frame for packet in parts])
        super().__init__(together)
        self._parts = parts

    @property
    def parts(self) -> Sequence[Packet]:
        return self._parts


def joined(packets: Sequence[Packet]) -> Packet:
    """Several packets as one."""
    return packets[0] if len(packets) == 1 else Piece(packets)


class Encoder:
    """Facts as messages, encoded once for all: the newest `keep`, and of those before them a few that somebody replays.

    Two rooms, because one client's replay of thousands must not cost the newest theirs.
    """

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._newest = 0
        self._known: dict[int, Message] = {}
        self._older: OrderedDict[int, Message] = OrderedDict()

    def fact(self, fact: Fact) -> Message:
        """The message of a journalled fact."""
        seq = fact.seq or 0
        message = self._known.get(seq) or self._older.get(seq)
        if message is None:
            message = Message(fact.envelope(), fact=fact)
            self._remember(seq, message)
        return message

    def _remember(self, seq: int, message: Message) -> None:
        if seq > self._newest:
            for left in range(max(0, self._newest - self._keep) + 1, seq - self._keep + 1):
                self._known.pop(left, None)
            self._newest = seq
        if seq > self._newest - self._keep:
            self._known[seq] = message
            return
        self._older[seq] = message
        if len(self._older) > OLDER_MESSAGES:
            self._older.popitem(last=False)

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
