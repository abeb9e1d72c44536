"""The one transaction in which a group of units is stored. Runs in a native thread, on the writing connection.

Takes and returns plain values; no logging, no locks, no metrics.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic_ns
from typing import Any, Literal

from events.databases import Connection, Database
from events.databases.contract import Row, Statement
from events.rows import COLUMNS, INSERT

Outcome = Literal["stored", "duplicate", "cursor_moved", "lease_lost", "refused"]
# Longer than the longest window, a day for senders' own ids; what is older can't be a repeat.
KEEP_DELIVERIES_MS = 25 * 3_600_000

BY_ID = f"SELECT {COLUMNS} FROM journal WHERE id = :id"  # noqa: S608 - a constant of ours
DELIVERED = "SELECT id FROM deliveries WHERE key = :key"
DELIVER = """
INSERT INTO deliveries (key, at_ms, boot, id) VALUES (:key, :at_ms, :boot, :id)
ON CONFLICT (key) DO UPDATE SET at_ms = excluded.at_ms, boot = excluded.boot, id = excluded.id
WHERE deliveries.boot <> excluded.boot OR excluded.at_ms - deliveries.at_ms > :window_ms
"""
BEGIN = """
INSERT INTO cursors (name, seq, updated_at) VALUES (:name, :to, :at)
ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, updated_at = excluded.updated_at WHERE cursors.seq = 0
"""
TERM = "SELECT term FROM leases WHERE name = :name AND term = :term"
MOVE = "UPDATE cursors SET seq = :to, updated_at = :at WHERE name = :name AND seq = :expected"


@dataclass(slots=True)  # not frozen: a frozen one costs three times as much to make, once an append
class PlainEntry:
    """A fact's columns (`data` as JSON text), its changes as (sql, params), and whether its id may exist already."""

    columns: dict[str, Any]
    changes: list[Statement]
    once: bool


@dataclass(slots=True)
class PlainUnit:
    """`at`: the time of a cursor's move; `lease`: name and term."""

    entries: list[PlainEntry]
    changes: list[Statement]
    delivery: tuple[str, str, float] | None
    cursor: tuple[str, int, int] | None
    at: str
    lease: tuple[str, int] | None = None


@dataclass(slots=True)
class Result:
    """`seqs` one an entry; `existing` the row where one was journalled before, else None."""

    outcome: Outcome
    seqs: tuple[int, ...] = ()
    existing: tuple[Row | None, ...] = ()
    detail: str = ""


@dataclass(slots=True)
class Committed:
    """`began_ns`, `ended_ns`: monotonic; `word`: what other processes are told of it, if anything."""

    results: list[Result]
    epoch: str
    before: int
    head: int
    began_ns: int
    ended_ns: int
    word: str


@dataclass(frozen=True, slots=True)
class Tell:
    """How other processes are told of a commit. `word` makes the text, of its new facts as rows, in order.

    `within` makes the text a part of the commit; without it, whoever hears of the commit on the loop has to send it.
    """

    word: Callable[[Sequence[Row]], str]
    within: Callable[[str], Statement] | None


class _Stop(Exception):
    def __init__(self, result: Result) -> None:
        self.result = result


class _Apart(Exception):
    """A unit that is not stored has written something: the group is begun again, each unit in its own savepoint."""


def commit_group(
    database: Database, connection: Connection, units: Sequence[PlainUnit], prune: bool, tell: Tell | None = None
) -> Committed:
    """Store each unit whole or not at all, then commit once. Any error is the database's: nothing is stored then."""
    try:
        try:
            return _commit(database, connection, units, prune, tell, apart=False)
        except _Apart:
            connection.rollback()
            return _commit(database, connection, units, prune, tell, apart=True)
    except BaseException as error:
        # A connection that is gone can't roll back, and need not: the database does.
        if database.blame(error) != "away":
            connection.rollback()
        raise


def _commit(
    database: Database, connection: Connection, units: Sequence[PlainUnit], prune: bool, tell: Tell | None, apart: bool
) -> Committed:
    began_ns = monotonic_ns()
    connection.begin()
    found = connection.rows(database.lock_head())[0]
    before = head = int(found["seq"])
    boot, now_ms = database.clock_ms(connection)
    results: list[Result] = []
    for unit in units:
        result, head = _one(database, connection, unit, head, boot, now_ms, apart)
        results.append(result)
    if prune:
        oldest = {"oldest": now_ms - KEEP_DELIVERIES_MS, "boot": boot}
        connection.run("DELETE FROM deliveries WHERE at_ms < :oldest OR boot <> :boot", oldest)
    last: list[Statement] = []
    word = ""
    if head != before:
        last.append(("UPDATE journal_head SET seq = :seq WHERE id = 1", {"seq": head}))
        if tell is not None:
            word = tell.word(_new_rows(units, results))
            last += [] if tell.within is None else [tell.within(word)]
    connection.commit(last)
    return Committed(results, str(found["epoch"]), before, head, began_ns, monotonic_ns(), word)


def _new_rows(units: Sequence[PlainUnit], results: Sequence[Result]) -> list[Row]:
    return [
        entry.columns
        for unit, result in zip(units, results, strict=True)
        if result.outcome == "stored"
        for entry, known in zip(unit.entries, result.existing, strict=True)
        if known is None
    ]


def _one(
    database: Database, connection: Connection, unit: PlainUnit, head: int, boot: str, now_ms: int, apart: bool
) -> tuple[Result, int]:
    """A unit's result, and the head after it. What is not stored leaves nothing behind: apart, by its savepoint.

    Nearly every unit is stored, and a savepoint keeps a copy of each page that it changes: so none is made at first.
    """
    if apart:
        connection.later("SAVEPOINT unit")
    try:
        result, reached = _store(connection, unit, head, boot, now_ms)
    except _Stop as stop:
        if unit.delivery is not None and unit.cursor is not None and not apart:
            raise _Apart from None  # either of them was written before the other stopped it
        result, reached = stop.result, head
    except Exception as error:
        if database.blame(error) != "unit":
            raise
        if not apart:
            raise _Apart from error
        result, reached = Result("refused", detail=f"{type(error).__name__}: {error}"), head
    if apart:
        if result.outcome != "stored":
            connection.run("ROLLBACK TO SAVEPOINT unit")
        connection.later("RELEASE SAVEPOINT unit")
    return result, reached


def _store(connection: Connection, unit: PlainUnit, head: int, boot: str, now_ms: int) -> tuple[Result, int]:
    # Under the head's lock: no later term can begin between this look and the commit.
    if unit.lease is not None and not connection.rows(TERM, dict(zip(("name", "term"), unit.lease, strict=True))):
        raise _Stop(Result("lease_lost"))
    if unit.delivery is not None:
        _check_delivery(connection, unit.delivery, boot, now_ms)
    if unit.cursor is not None:
        name, expected, to = unit.cursor
        move = {"name": name, "expected": expected, "to": to, "at": unit.at}
        if connection.run(BEGIN if expected == 0 else MOVE, move) != 1:
            raise _Stop(Result("cursor_moved"))
    seqs: list[int] = []
    existing: list[Row | None] = []
    statements: list[Statement] = []
    for entry in unit.entries:
        known = None
        if entry.once:
            connection.batch(statements)  # an entry before this one may bear the same id
            statements = []
            known = _journalled(connection, entry)
        existing.append(known)
        if known is not None:
            seqs.append(int(known["seq"]))
            continue
        head += 1
        seqs.append(head)
        entry.columns["seq"] = head
        statements.append((INSERT, entry.columns))
        if entry.changes:
            statements += [(sql, {**params, "seq": head}) for sql, params in entry.changes]
    statements += unit.changes
    connection.batch(statements)
    return Result("stored", tuple(seqs), tuple(existing)), head


def _check_delivery(connection: Connection, delivery: tuple[str, str, float], boot: str, now_ms: int) -> None:
    key, id, window_s = delivery
    told = {"key": key, "at_ms": now_ms, "boot": boot, "id": id, "window_ms": window_s * 1000}
    if connection.run(DELIVER, told) != 1:
        raise _Stop(Result("duplicate", detail=str(connection.rows(DELIVERED, {"key": key})[0]["id"])))


def _journalled(connection: Connection, entry: PlainEntry) -> Row | None:
    found = connection.rows(BY_ID, {"id": entry.columns["id"]})
    return found[0] if found else None


def prove(database: Database, connection: Connection) -> None:
    """Write something that changes nothing, to learn whether the database stores again. Raises what it raises."""
    try:
        connection.begin()
        connection.run("UPDATE journal_head SET seq = seq WHERE id = 1")
        connection.commit()
    except BaseException as error:
        if database.blame(error) != "away":
            connection.rollback()
        raise
