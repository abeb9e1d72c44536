"""What a wake-up says: how far the journal reaches, small facts themselves, one passing update, or hello.

Never a secret. Each is sealed with a key that only the desk's processes hold: whoever else reaches the carrier can say
nothing, for what comes by it is shown and acted upon.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import orjson

from events import catalogue, wire
from events.envelope import Fact, Passing
from events.errors import EventsError
from events.rows import to_fact

SEAL_CHARS = 32  # 128 bits
# Fits what Postgres takes, and a socket in which nothing waits takes it at once.
FACTS_BYTES = 7_900
MOST_FACTS = 16


@dataclass(frozen=True, slots=True)
class Told:
    """`by` names the process that says it; `head` or `passing` is there, or neither: it has just begun to listen.

    `facts` are all of the commit that ended with `head`, when they were small.
    """

    by: str
    head: int | None = None
    facts: tuple[Fact, ...] = ()
    passing: Passing | None = None


class Speech:
    """What the process `by` says and understands. `key` is the same in all processes of the desk, and secret.

    Every method may be called in any thread.
    """

    def __init__(self, by: str, epoch: str, key: str) -> None:
        self._by, self._epoch, self._key = by, epoch, key.encode()
        self.brief = False  # of a commit only its head is told, however small it is

    def hello(self) -> str:
        return self._sealed(wire.encode({"by": self._by, "hello": True}))

    def head(self, head: int) -> str:
        return self._sealed(wire.encode({"by": self._by, "head": head}))

    def commit(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """`rows` are a commit's new facts as the journal's rows, in order; without them where they are too large."""
        head = rows[-1]["seq"]
        if not self.brief and len(rows) <= MOST_FACTS and sum(len(row["data"]) for row in rows) < FACTS_BYTES:
            text = self._sealed(wire.encode({"by": self._by, "head": head, "facts": rows}))
            if len(text.encode()) <= FACTS_BYTES:
                return text
        return self.head(head)

    def passing(self, update: Passing) -> str:
        said = {"by": self._by, "key": update.key}
        return self._sealed(wire.encode_around(said, "passing", update.json()))

    def understand(self, text: str) -> Told | None:
        """None for what none of the desk's processes said, or one that this version does not understand."""
        try:
            said = text[SEAL_CHARS:].encode()
            if not compare_digest(self._seal(said), text[:SEAL_CHARS]):
                return None
            return self._told(orjson.loads(said))  # our own: nobody looks for a key given twice
        except (EventsError, KeyError, TypeError, ValueError):
            return None

    def _told(self, said: Any) -> Told:
        by = str(said["by"])
        if "head" in said:
            return Told(by, int(said["head"]), tuple(to_fact(row, self._epoch) for row in said.get("facts", ())))
        if "passing" in said:
            return Told(by, passing=_passing(str(said["key"]), said["passing"]))
        return Told(by)

    def _sealed(self, said: bytes) -> str:
        return self._seal(said) + said.decode()

    def _seal(self, said: bytes) -> str:
        return hmac.digest(self._key, said, "sha256").hex()[:SEAL_CHARS]


def _passing(key: str, given: dict[str, Any]) -> Passing:
    spec = catalogue.TYPES[given["type"]]
    if spec.kind != "passing":
        raise ValueError("a fact comes with its commit alone")
    words = {name: str(given[name]) for name in ("message", "source", "level", "id", "timestamp")}
    symbol = given.get("symbol")
    data = catalogue.validate(spec.name, given["data"])
    return Passing(type=spec.name, key=key, data=data, symbol=None if symbol is None else str(symbol), **words)
