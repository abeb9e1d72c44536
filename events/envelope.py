"""The one envelope in which everything travels: journal, Socket.IO, `/ws`, long poll, notifications, exports."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from events import wire
from events.clock import new_id, now_text
from events.record import record

Origin = Literal["desk", "external"]
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@record
class Fact:
    """Something that happened. `epoch` and `seq` are set by the journal once it is on disk.

    `timestamp` is RFC 3339 in UTC; `data` has the shape of its type's model today, also when an older desk wrote it
    (`events/upcasting.py`), and is never changed after it was made.
    """

    type: str
    data: dict[str, Any]
    message: str
    source: str
    origin: Origin = "desk"
    level: str = "INFO"
    symbol: str | None = None
    id: str = field(default_factory=new_id)
    timestamp: str = field(default_factory=now_text)
    epoch: str | None = None
    seq: int | None = None
    # At most one: a fact and the same at its place in the journal share what either of them has made.
    _text: list[str] = field(default_factory=list, repr=False, compare=False)

    def text(self) -> str:
        """`data` as strict JSON, made once for the journal, the tables and everybody. Raises NotFinite, BadWire."""
        if not self._text:
            self._text.append(wire.encode(self.data).decode())
        return self._text[0]

    def at(self, epoch: str, seq: int) -> "Fact":
        """The same fact at its place in the journal."""
        return Fact(
            self.type,
            self.data,
            self.message,
            self.source,
            self.origin,
            self.level,
            self.symbol,
            self.id,
            self.timestamp,
            epoch,
            seq,
            self._text,
        )

    def envelope(self) -> dict[str, Any]:
        """The wire shape; `symbol` only when there is one."""
        made: dict[str, Any] = {
            "epoch": self.epoch,
            "seq": self.seq,
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "origin": self.origin,
            "level": self.level,
            "message": self.message,
            "timestamp": self.timestamp,
            "data": self.data,
        }
        if self.symbol is not None:
            made["symbol"] = self.symbol
        return made


@record
class Passing:
    """An update of which only the newest counts, per type and `key`; never journalled."""

    type: str
    key: str
    data: Mapping[str, Any]
    message: str
    source: str
    symbol: str | None = None
    level: str = "INFO"
    id: str = field(default_factory=new_id)
    timestamp: str = field(default_factory=now_text)
    _json: list[bytes] = field(default_factory=list, init=False, repr=False, compare=False)

    def json(self) -> bytes:
        """The envelope as strict JSON, made once for this desk's clients and its other processes.

        Raises NotFinite, BadWire.
        """
        if not self._json:
            self._json.append(wire.encode(self.envelope()))
        return self._json[0]

    def envelope(self) -> dict[str, Any]:
        """The wire shape: no epoch, seq or origin, because it has no place in history."""
        made: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "level": self.level,
            "message": self.message,
            "timestamp": self.timestamp,
            "data": self.data,
        }
        if self.symbol is not None:
            made["symbol"] = self.symbol
        return made
