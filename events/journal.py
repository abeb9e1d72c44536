"""The journal: facts are committed here, numbered in commit order, and told to whoever listens.

One writer per process commits whatever waits as one group. `append` returns after the commit. Listeners run on the
loop, before it returns unless another process's commit lies between: then a moment later, in the journal's order, and
nobody waits for them. On a shared database (Postgres) other processes' facts are found by a short poll.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from events import migrate
from events.commit import Committed, Tell
from events.databases import Connection, Database, database_for
from events.envelope import Fact
from events.errors import DatabaseUnavailable, EventsError, NotStored, QueryTooSlow
from events.reading import Readers
from events.ring import LARGE_BYTES, Ring
from events.searching import EventFilter, Page, search
from events.timeline import Timeline, seq_at, timeline
from events.units import Change, CursorMove, Delivery, Entry, LeaseTerm, Receipt, Unit
from events.writer import Writer
from runtime import Runtime

__all__ = [
    "Change",
    "CursorMove",
    "Delivery",
    "Entry",
    "EventFilter",
    "Journal",
    "LeaseTerm",
    "NotStored",
    "Page",
    "Receipt",
    "Timeline",
    "Unit",
    "open_journal",
]

log = logging.getLogger("events.journal")
T = TypeVar("T")
READING_THREADS = 4
CATCH_UP = 1_000
# At the start the newest are read so many at a time, because each of them may be large.
START_PAGE = 25
# Longer than a read may take, so that it is the database that says why before we stop waiting.
READING_SECONDS = 5.0
# Between two tries to open a database that is away.
FIRST_GAP_SECONDS, LONGEST_GAP_SECONDS = 0.5, 5.0


class NewestCommit(NamedTuple):
    """Of this process: the last seq, and the commit's beginning and end in monotonic ns."""

    seq: int
    began_ns: int
    ended_ns: int


class Journal:
    """Use `open_journal`. Everything is called on the loop and yields while it waits for the database."""

    def __init__(
        self, database: Database, runtime: Runtime, *, ring: int, poll_seconds: float, append_seconds: float
    ) -> None:
        self.dialect = database.dialect
        self._runtime, self._append_seconds = runtime, append_seconds
        self._readers = Readers(database)
        self._reading = runtime.lane("database-read", READING_THREADS)
        self.newest_commit = NewestCommit(0, 0, 0)
        try:
            found = self.query("SELECT epoch, seq FROM journal_head WHERE id = 1")[0]
            self.epoch = str(found["epoch"])
            self._ring = Ring(ring, int(found["seq"]))
            if newest := self._newest(self._ring.head, ring):
                self._ring.add(newest)
        except BaseException:
            self._reading.close()
            self._readers.close()
            raise
        self._listeners: list[Callable[[Sequence[Fact]], None]] = []
        self._own_commits: list[Callable[[int, str], None]] = []
        self._catching_up = threading.Lock()
        self._telling = threading.Lock()  # for plain threads: nothing yields while it is held
        self._nudged = runtime.waiter()  # renewed before each look; cheaper than an Event, and a look costs a while
        self._poll_seconds = poll_seconds
        self._closed = False
        self._poll_error: str | None = None
        self._writer = Writer(database, runtime, self._committed)
        self._poller = runtime.spawn(self._poll) if database.shared else None

    @property
    def head(self) -> int:
        """The last seq that is committed and known here."""
        return self._ring.head

    def append(self, unit: Unit, timeout: float | None = None) -> Receipt:
        """Store a unit; returns after its commit. Raises NotStored, CursorMoved, LeaseLost, BadUnit, NotFinite.

        Listeners may hear of it later: what the next change begins from is to be kept by whoever appends.
        NotStored after `timeout` seconds; without one, after those that the journal was opened with.
        """
        return self._writer.append(unit, self.epoch, self._append_seconds if timeout is None else timeout)

    def maintain(self, job: Callable[[Database, Connection], T], timeout: float) -> T:
        """Run `job` in the writing thread, on its connection, between two commits: whoever appends waits for it.

        A native job: plain values, no logging. Raises what it raises, TimeoutError after `timeout` seconds.
        """
        return self._writer.maintain(job, timeout)

    def after(self, seq: int, limit: int = 500) -> list[Fact]:
        """The facts after `seq`, oldest first: from memory when it reaches back that far.

        From the database come fewer than `limit` where they are large; none only where there are none.
        """
        facts = self._ring.after(seq)
        return facts[:limit] if facts is not None else self._readers_after(seq, limit)

    def ring_after(self, seq: int) -> list[Fact] | None:
        """As `after`, from memory alone and without yielding; None when it does not reach back that far."""
        return self._ring.after(seq)

    def search(self, wanted: EventFilter) -> Page:
        """Facts that match; at most 5,000 are looked at for a text. Raises BadQuery."""
        return self._read(search, self._readers, self.epoch, wanted)

    def first(self) -> int:
        """The seq of the oldest fact that is kept (those before were archived); head + 1 when none is."""
        found = self.query("SELECT MIN(seq) AS seq FROM journal")[0]["seq"]
        return self.head + 1 if found is None else int(found)

    def keeps(self, seq: int) -> bool:
        """Whether every fact after `seq` is there, none of them archived."""
        return self._ring.after(seq) is not None or seq >= self.first() - 1

    def seq_at(self, at: datetime) -> int:
        """The seq of the first fact told at this time or later; head + 1 when there is none yet."""
        return self._read(seq_at, self._readers, at)

    def timeline(self, wanted: EventFilter, since: datetime | None, until: datetime) -> Timeline:
        """How many matching facts there were when, by level; at most 50,000 are looked at. Raises BadQuery."""
        return self._read(timeline, self._readers, self.epoch, wanted, since, until)

    def query(self, sql: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Rows of a projection, read-only. Raises QueryTooSlow after a second, BadQuery, DatabaseUnavailable."""
        return self._read(self._readers.rows, sql, dict(params or {}))

    def read(self, job: Callable[..., T], *args: Any) -> T:
        """`job(readers, *args)` in a reading thread: plain values, no logging. As `query` raises."""
        return self._read(job, self._readers, *args)

    def listen(self, callback: Callable[[Sequence[Fact]], None]) -> None:
        """`callback` gets every fact from now on, in order, on the loop; it must not yield."""
        self._listeners.append(callback)

    def on_own_commit(self, callback: Callable[[int, str], None]) -> None:
        """`callback` gets the last seq of each commit of this process, and the word that others are told of it.

        On the loop, before the listeners; it must not yield.
        """
        self._own_commits.append(callback)

    def tell_commits(self, tell: Tell) -> None:
        """What others are told of each commit of this process from now on.

        Called in the writing thread: plain values, no logging. `within` is for Postgres only, whose NOTIFY it is.
        """
        self._writer.tell = tell

    def nudge(self, head: int) -> None:
        """Another process says that it committed `head`: look now instead of at the next poll. Never yields."""
        if head > self._ring.head:
            self._nudged.set()

    def bring(self, facts: Sequence[Fact]) -> None:
        """What another process committed: told at once where it follows what is known here, else looked for.

        Never yields. Who calls it vouches that all of this is committed.
        """
        with self._telling:
            if facts[0].seq == self._ring.head + 1 and not self._closed:
                self._tell(facts)
                return
        self.nudge(facts[-1].seq or 0)

    def reach(self, seq: int) -> None:
        """Look now for what others committed, when somebody knows of `seq` and this process does not yet.

        Raises DatabaseUnavailable, QueryTooSlow.
        """
        if seq > self._ring.head and self._poller is not None:
            self._catch_up()

    def stats(self) -> dict[str, Any]:
        """Plain figures: appends, commits, what waits, commit times in ms, and whether the last commit went well."""
        stats = self._writer.stats() | {"head": self.head}
        if self._poll_error is not None:
            stats |= {"ok": False, "last_error": stats["last_error"] or self._poll_error}
        return stats

    def close(self, timeout: float = 5.0) -> None:
        """Store what waits, then let go of the database."""
        if self._closed:
            return
        self._closed = True
        if self._poller is not None:
            self._poller.kill()
        self._writer.close(timeout)
        self._reading.close()
        self._readers.close()

    def _newest(self, last: int, most: int) -> list[Fact]:
        """The facts up to `last`, the oldest first: as many as a ring of `most` has room for, and a page."""
        found: list[Fact] = []
        text = 0
        while len(found) < most and text < most * LARGE_BYTES:
            limit = min(START_PAGE, most - len(found))
            page = self._read(self._readers.upto, self.epoch, last, limit)
            found += page
            text += sum(len(fact.text()) for fact in page)
            if len(page) < limit:
                break
            last = (page[-1].seq or 1) - 1
        return found[::-1]

    def _readers_after(self, seq: int, limit: int) -> list[Fact]:
        return self._read(self._readers.after, self.epoch, seq, limit)

    def _read(self, job: Callable[..., T], *args: Any) -> T:
        try:
            return self._reading.call(job, *args, timeout=READING_SECONDS)
        except TimeoutError as error:
            raise DatabaseUnavailable(f"the database did not answer within {READING_SECONDS:g} s") from error

    def _committed(self, facts: Sequence[Fact], commit: Committed) -> None:
        """From the writer, after a commit: facts with rising seq, contiguous among themselves."""
        last = facts[-1].seq or 0
        self.newest_commit = NewestCommit(last, commit.began_ns, commit.ended_ns)
        for callback in self._own_commits:
            callback(last, commit.word)
        with self._telling:
            if facts[0].seq == self._ring.head + 1:
                self._tell(facts)
            if last <= self._ring.head:  # here, or by the poll, which looked between the commit's end and this
                return
        # Another process committed in between, and its facts come first. The poll reads them: whoever appended is to be
        # answered now, and not when a slow database has told what others wrote.
        self._nudged.set()

    def _tell(self, facts: Sequence[Fact]) -> None:
        self._ring.add(facts)
        for listener in self._listeners:
            try:
                listener(facts)
            except Exception:
                log.exception("a listener of the journal failed; the others go on")

    def _catch_up(self) -> None:
        with self._catching_up:
            while not self._closed and (facts := self._readers_after(self._ring.head, CATCH_UP)):
                with self._telling:
                    # The writer may have told some of them while we read.
                    fresh = [fact for fact in facts if (fact.seq or 0) > self._ring.head]
                    if fresh:
                        self._tell(fresh)

    def _poll(self) -> None:
        while not self._closed:
            self._nudged.wait(self._poll_seconds)
            self._nudged = self._runtime.waiter()
            try:
                self._catch_up()
                self._poll_error = None
            except EventsError as error:
                if self._poll_error is None:
                    log.warning("what others write can't be read: %s", error.message)
                self._poll_error = error.message


def open_journal(
    url: str,
    runtime: Runtime,
    *,
    ring: int = 2_000,
    poll_seconds: float = 0.25,
    append_seconds: float = 2.0,
    wait_seconds: float = 0.0,
) -> Journal:
    """The journal of a database URL, with its schema brought up to date first (which blocks).

    A database that is away, or too busy to answer, is waited for, `wait_seconds` at most. Raises QueryTooSlow, and
    DatabaseUnavailable, also for a database that a newer version has written.
    """
    database = database_for(url)

    def opened() -> Journal:
        migrate.up_to_date(database)
        return Journal(database, runtime, ring=ring, poll_seconds=poll_seconds, append_seconds=append_seconds)

    journal = _patiently(opened, database, runtime, time.monotonic() + wait_seconds)
    for warning in database.warnings():
        log.info("%s", warning)
    return journal


def _patiently(opened: Callable[[], Journal], database: Database, runtime: Runtime, deadline: float) -> Journal:
    """Hosts restart a process that ends less and less often, or no more: who waits is there when the database is."""
    gap = FIRST_GAP_SECONDS
    while True:
        try:
            return opened()
        except (DatabaseUnavailable, QueryTooSlow) as error:
            left = deadline - time.monotonic()
            if left <= 0 or not _may_pass(error, database):
                raise
            first = (error.message.splitlines() or [""])[0]
            log.warning("the database can't be reached (%s); it is tried for another %.0f s", first, left)
        runtime.sleep(min(gap, left))
        gap = min(2 * gap, LONGEST_GAP_SECONDS)


def _may_pass(error: EventsError, database: Database) -> bool:
    """One that is reached and busy answers late, or not in time."""
    if isinstance(error, QueryTooSlow) or isinstance(error.__cause__, TimeoutError):
        return True
    return error.__cause__ is not None and database.may_come_back(error.__cause__)
