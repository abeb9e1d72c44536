"""What lies in an outbox: whole WebSocket frames, made once, the same bytes for every client."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct

TEXT_FRAME = 0x81
SHORT, MEDIUM, LONG = Struct("!BB"), Struct("!BBH"), Struct("!BBQ")


def head(size: int) -> bytes:
    """What stands before an unmasked text of `size` bytes (RFC 6455, section 5.2): a server's frames bear no mask."""
    if size < 126:
        return SHORT.pack(TEXT_FRAME, size)
    if size < 65536:
        return MEDIUM.pack(TEXT_FRAME, 126, size)
    return LONG.pack(TEXT_FRAME, 127, size)


class Packet:
    """`holds` marks the rest of a frame whose beginning is on the wire already: its sender still holds the line.

    `encode` is what Engine.IO's polling answer calls, and its logger looks at the three names in front.
    """

    __slots__ = ("frame", "holds", "size")
    packet_type = 4  # Engine.IO's "message"
    binary = False
    data = ""

    def __init__(self, frame: bytes | memoryview, holds: bool = False) -> None:
        """Bytes as they are: those of `text`, a frame of the protocol itself, or the rest of one."""
        self.frame, self.holds, self.size = frame, holds, len(frame)

    @classmethod
    def text(cls, *parts: bytes) -> Packet:
        """The parts together as one text."""
        return cls(b"".join((head(sum(map(len, parts))), *parts)))

    @classmethod
    def rest(cls, remainder: bytes | memoryview) -> Packet:
        """What the kernel did not take of a frame; a view, because the frame is everybody's."""
        return cls(remainder, holds=True)

    @property
    def parts(self) -> Sequence[Packet]:
        """What it is for a polling answer, which takes packets one by one."""
        return (self,)

    def encode(self, b64: bool = False) -> str:
        """The text in the frame."""
        del b64
        length = self.frame[1]
        begin = 2 if length < 126 else 4 if length == 126 else 10
        return str(self.frame[begin:], "utf-8")


class Piece(Packet):
    """Several packets in one, for the wire: frames may be concatenated, the packets of a polling answer may not."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Sequence[Packet]) -> None:
        super().__init__(b"".join([packet.frame for packet in parts]))
        self._parts = parts

    @property
    def parts(self) -> Sequence[Packet]:
        return self._parts


def joined(packets: Sequence[Packet]) -> Packet:
    """Several packets as one."""
    return packets[0] if len(packets) == 1 else Piece(packets)
