"""The one writer of a process: whatever waits is one commit, so that a burst costs few syncs and one waits for none."""

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from events.clock import now_utc, rfc3339
from events.commit import Committed, PlainEntry, PlainUnit, Result, Tell, commit_group, prove
from events.databases import Connection, Database
from events.databases.contract import Statement
from events.envelope import Fact
from events.errors import BadUnit, CursorMoved, LeaseLost, NotStored
from events.rows import to_fact, to_row
from events.units import Change, Receipt, Unit
from runtime import Runtime, Waiter

log = logging.getLogger("events.writer")
T = TypeVar("T")
MOST_WAITING = 2_000
MOST_TOGETHER = 512
PRUNE_EVERY = 1_000
# While the database is away nobody is kept waiting; it is tried again this often, also without anybody asking.
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.1, 1.0


class Waiting:
    """A unit on its way; `error` or `receipt` is set before `waiter`."""

    __slots__ = ("deadline", "error", "plain", "receipt", "since", "unit", "waiter")

    def __init__(self, unit: Unit, plain: PlainUnit, waiter: Waiter, timeout: float) -> None:
        self.unit, self.plain, self.waiter = unit, plain, waiter
        self.since = time.monotonic()
        self.deadline = self.since + timeout
        self.receipt: Receipt | None = None
        self.error: Exception | None = None


class Writer:
    """`append` yields until its unit's commit; `told` gets each commit's facts, in order, before anybody is woken.

    With them it gets the commit itself: when it was, and what `tell`, when it is set, has other processes told of it.
    """

    def __init__(
        self,
        database: Database,
        runtime: Runtime,
        told: Callable[[Sequence[Fact], Committed], None],
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._database, self._runtime, self._told = database, runtime, told
        self._most_waiting = most_waiting
        self.tell: Tell | None = None
        self._lane = runtime.lane("database-write", 1)
        self._connection: Connection | None = None
        self._queue: deque[Waiting] = deque()
        self._idle: Waiter | None = None  # set while the writer sleeps; cheaper than an Event, once an append
        self._closed = False
        self._appends = self._commits = self._failed = 0
        self._times: deque[float] = deque(maxlen=500)
        self._last_error: str | None = None
        self._away = self._company = False
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._began: float | None = None
        self._task = runtime.spawn(self._run)

    def append(self, unit: Unit, epoch: str, timeout: float) -> Receipt:
        """NotStored after `timeout` seconds, or at once where there is no hope; a commit that lands late stands."""
        self._refuse_hopeless(timeout)
        waiting = Waiting(unit, plain(unit), self._runtime.waiter(), timeout)
        self._queue.append(waiting)
        self._rouse()
        if not waiting.waiter.wait(timeout):
            raise NotStored(f"not stored within {timeout:g} s")
        if waiting.error is not None:
            raise waiting.error
        assert waiting.receipt is not None
        return waiting.receipt

    def maintain(self, job: Callable[[Database, Connection], T], timeout: float) -> T:
        """`job(database, connection)` in the writing thread, between two groups."""
        done: T = self._lane.call(self._maintain, job, timeout=timeout)
        return done

    def stats(self) -> dict[str, Any]:
        times = sorted(self._times)
        return {
            "ok": self._last_error is None,
            "appends": self._appends,
            "commits": self._commits,
            "failed": self._failed,
            "waiting": len(self._queue),
            "commit_p50_ms": round(times[len(times) // 2], 2) if times else None,
            "commit_p99_ms": round(times[int(len(times) * 0.99)], 2) if times else None,
            "last_error": self._last_error,
        }

    def close(self, timeout: float) -> None:
        """Store what waits, then let go of the database. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._rouse()
        self._task.join(timeout)
        try:
            self._lane.call(self._disconnect, timeout=timeout)
        except TimeoutError:
            log.warning("the database hangs: it is left as it is")
        self._lane.close()

    def _refuse_hopeless(self, timeout: float) -> None:
        if self._closed:
            raise NotStored("the journal is closing")
        if self._away:
            raise NotStored("the database is away")
        if len(self._queue) >= self._most_waiting:
            raise NotStored("too much waits to be stored")
        # The commit at hand takes longer than this caller would wait: the disk or the network hangs.
        if self._began is not None and time.monotonic() - self._began > timeout:
            raise NotStored("the database hangs")

    def _run(self) -> None:
        while self._queue or not self._closed:
            if self._queue:
                if self._company:
                    # One turn of the loop: whoever is ready now comes along. Who was alone the last time would wait for
                    # nobody, and an alert's verdict is alone behind its alert.
                    self._runtime.sleep(0)
                self._commit_what_waits()
                continue
            idle = self._idle = self._runtime.waiter()
            # Looked at again, because on plain threads something may have come before `_idle` was there to be set.
            slept_out = (
                not self._queue
                and not self._closed
                and not idle.wait(None if self._last_error is None else self._retry_seconds)
            )
            self._idle = None
            if slept_out:
                self._try_again()

    def _rouse(self) -> None:
        idle = self._idle
        if idle is not None:
            idle.set()

    def _commit_what_waits(self) -> None:
        now = time.monotonic()
        group: list[Waiting] = []
        while self._queue and len(group) < MOST_TOGETHER:
            waiting = self._queue.popleft()
            # Whose sender was told 503 is not stored after all: it will be sent again.
            if waiting.deadline > now:
                group.append(waiting)
        if not group:
            return
        self._company = len(group) > 1
        prune = self._commits % PRUNE_EVERY == PRUNE_EVERY - 1
        self._began = now
        try:
            done: Committed = self._lane.call(self._commit, tuple(waiting.plain for waiting in group), prune, self.tell)
        except Exception as error:  # noqa: BLE001 - whatever the driver raises: nothing of the group is known to be stored
            self._fail(group, error)
            return
        finally:
            self._began = None
        took = (time.monotonic() - now) * 1000
        self._commits += 1
        self._appends += len(group)
        self._times.append(took)
        self._works_again()
        self._settle(group, done, now, took)

    def _fail(self, group: Sequence[Waiting], error: Exception) -> None:
        self._note(error)
        self._away = self._database.blame(error) == "away"
        everybody = list(group)
        if self._away:
            everybody += self._queue
            self._queue.clear()
        self._failed += len(everybody)
        for waiting in everybody:
            waiting.error = NotStored("the database can't store just now")
            waiting.waiter.set()

    def _note(self, error: Exception) -> None:
        if self._last_error is None:
            log.error("the database can't store: %s", type(error).__name__)
        self._last_error = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"

    def _try_again(self) -> None:
        """Nobody asks, so look whether the database stores again: readiness must not wait for an alert to tell."""
        try:
            self._lane.call(self._prove)
        except Exception as error:  # noqa: BLE001 - whatever the driver raises, the answer is no
            self._note(error)
            self._retry_seconds = min(self._retry_seconds * 2, LAST_RETRY_SECONDS)
        else:
            self._works_again()

    def _works_again(self) -> None:
        self._away = False
        self._retry_seconds = FIRST_RETRY_SECONDS
        if self._last_error is not None:
            log.info("the database stores again")
            self._last_error = None

    def _settle(self, group: Sequence[Waiting], done: Committed, began: float, took: float) -> None:
        fresh: list[Fact] = []
        for waiting, result in zip(group, done.results, strict=True):
            if result.outcome != "stored":
                self._explain(waiting, result, took, (began - waiting.since) * 1000)
                continue
            facts: list[Fact] = []
            existing: list[bool] = []
            for entry, seq, row in zip(waiting.unit.entries, result.seqs, result.existing, strict=True):
                existing.append(row is not None)
                if row is None:
                    facts.append(entry.fact.at(done.epoch, seq))
                    fresh.append(facts[-1])
                    continue
                try:
                    facts.append(to_fact(row, done.epoch))
                except Exception as error:  # noqa: BLE001 - whatever stands there, the rest of the group is stored
                    waiting.error = _unreadable(row["seq"], error)
            if waiting.error is None:
                waiting.receipt = Receipt(tuple(facts), None, tuple(existing), took, (began - waiting.since) * 1000)
        try:
            if fresh:
                self._told(fresh, done)
        finally:
            for waiting in group:
                waiting.waiter.set()

    def _explain(self, waiting: Waiting, result: Result, took: float, waited: float) -> None:
        if result.outcome == "duplicate":
            waiting.receipt = Receipt((), result.detail, (), took, waited)
        elif result.outcome == "cursor_moved":
            waiting.error = CursorMoved("somebody else moved the cursor")
        elif result.outcome == "lease_lost":
            waiting.error = LeaseLost("another process has taken the lease")
        else:
            log.error("a unit was refused by the database: %s", result.detail[:200])
            waiting.error = BadUnit(f"the database refused this unit: {result.detail[:200]}")

    def _commit(self, units: Sequence[PlainUnit], prune: bool, tell: Tell | None) -> Committed:
        """In the native thread."""
        if self._connection is None:
            self._connection = self._database.writer()
        try:
            return commit_group(self._database, self._connection, units, prune, tell)
        except BaseException:
            self._disconnect()
            raise

    def _maintain(self, job: Callable[[Database, Connection], T]) -> T:
        """In the native thread."""
        if self._connection is None:
            self._connection = self._database.writer()
        try:
            return job(self._database, self._connection)
        except BaseException:
            self._disconnect()
            raise

    def _prove(self) -> None:
        """In the native thread."""
        if self._connection is None:
            self._connection = self._database.writer()
        try:
            prove(self._database, self._connection)
        except BaseException:
            self._disconnect()
            raise

    def _disconnect(self) -> None:
        """In the native thread."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def plain(unit: Unit) -> PlainUnit:
    """The unit as the native thread takes it. Raises wire.NotFinite."""
    delivery, cursor, lease = unit.delivery, unit.cursor, unit.lease
    return PlainUnit(
        [PlainEntry(to_row(entry.fact), _changes(entry.changes), entry.once) for entry in unit.entries],
        _changes(unit.changes),
        None if delivery is None else (delivery.key, delivery.id, delivery.window_seconds),
        None if cursor is None else (cursor.name, cursor.expected, cursor.to),
        "" if cursor is None else rfc3339(now_utc()),
        None if lease is None else (lease.name, lease.number),
    )


def _unreadable(seq: int, error: Exception) -> BadUnit:
    log.error("fact %s of the journal can't be read: %s", seq, type(error).__name__)
    return BadUnit(f"a fact of this unit was journalled before, as {seq}, and can't be read: {type(error).__name__}")


def _changes(changes: Sequence[Change]) -> list[Statement]:
    return [(change.sql, change.params) for change in changes] if changes else []
