"""What a wake-up says: how far the journal reaches, one passing update, or hello. Never a secret, never a fact."""

from dataclasses import dataclass
from typing import Any

from events import catalogue, wire
from events.envelope import Passing
from events.errors import EventsError


@dataclass(frozen=True, slots=True)
class Told:
    """`by` names the process that says it; `head` or `passing` is there, or neither: it has just begun to listen."""

    by: str
    head: int | None = None
    passing: Passing | None = None


def hello_text(by: str) -> str:
    return wire.encode({"by": by, "hello": True}).decode()


def head_text(by: str, head: int) -> str:
    return wire.encode({"by": by, "head": head}).decode()


def passing_text(by: str, update: Passing) -> str:
    return wire.encode({"by": by, "key": update.key, "passing": update.envelope()}).decode()


def read(text: str) -> Told | None:
    """None for what is none of ours: whoever reaches the carrier may write to it."""
    try:
        found = wire.decode(text)
        if not isinstance(found, dict) or not isinstance(found.get("by"), str):
            return None
        head = found.get("head")
        if isinstance(head, int) and not isinstance(head, bool):
            return Told(found["by"], head)
        if found.get("hello") is True:
            return Told(found["by"])
        return Told(found["by"], passing=_passing(str(found["key"]), found["passing"]))
    except (EventsError, KeyError, TypeError, ValueError):
        return None


def _passing(key: str, given: dict[str, Any]) -> Passing:
    spec = catalogue.TYPES[given["type"]]
    if spec.kind != "passing":
        raise ValueError("a fact comes from the journal alone")
    words = {name: str(given[name]) for name in ("message", "source", "level", "id", "timestamp")}
    symbol = given.get("symbol")
    data = catalogue.validate(spec.name, given["data"])
    return Passing(type=spec.name, key=key, data=data, symbol=None if symbol is None else str(symbol), **words)
