"""What is written to the journal together: one unit is stored whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from events.envelope import Fact
from events.record import record


@record
class Change:
    """A table change: SQL text that SQLite and Postgres both read, with `:named` parameters.

    In an Entry, `:seq` is bound to the fact's number.
    """

    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)


@record
class Entry:
    """A fact and the table changes that come with it. `once`: an id that is journalled already is not stored again."""

    fact: Fact
    changes: Sequence[Change] = ()
    once: bool = False


@record
class Delivery:
    """The same `key` within the window is the same delivery; `id` is what a repeat is told."""

    key: str
    id: str
    window_seconds: float = 30.0


@record
class CursorMove:
    """Compare-and-set of a follower's cursor."""

    name: str
    expected: int
    to: int


@record
class LeaseTerm:
    """One term of the lease `name`; a unit that carries it is stored only while no later term has begun."""

    name: str
    number: int


@record
class Unit:
    """Facts, table changes and a cursor's move that are true together."""

    entries: Sequence[Entry] = ()
    changes: Sequence[Change] = ()
    delivery: Delivery | None = None
    cursor: CursorMove | None = None
    lease: LeaseTerm | None = None


@record
class Receipt:
    """What became of a unit: its facts with epoch and seq, one an entry. `existing` marks those journalled before.

    `duplicate_of` is the first delivery's id: then nothing of the unit was stored.
    """

    facts: tuple[Fact, ...]
    duplicate_of: str | None = None
    existing: tuple[bool, ...] = ()
    commit_ms: float = 0.0
    waited_ms: float = 0.0
