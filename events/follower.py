"""Reads the journal in order behind a durable cursor: what a fact brings and the cursor's move are one commit."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from events import dead_letters
from events.clock import new_id, now_utc, rfc3339
from events.envelope import Fact
from events.errors import CursorMoved, DatabaseUnavailable, LeaseLost, NotStored
from events.journal import Change, CursorMove, Entry, Journal, LeaseTerm, Unit
from events.lease import Lease
from runtime import Runtime, Task, Waiter

log = logging.getLogger("events.follower")
Handle = Callable[[Sequence[Fact]], Sequence[Sequence[Entry]]]

LOOK_SECONDS = 1.0
MOST_BACKOFF_SECONDS = 30.0
STEP_SECONDS = 0.1
# A cursor over facts that brought nothing is moved in memory, and stored with the next output or after so many.
LAZY_FACTS = 1_000
# How often a follower looks whether a dead letter is to be tried again: a person asked, so it may wait that long.
LETTER_SECONDS = 2.0


class Follower:
    """`handle(facts)` returns, for each fact, the entries that it brings. It may wait, and may be asked again.

    A batch that raises is handled fact by fact; a fact that fails `max_attempts` times becomes a dead letter and an
    `error` fact, and the follower goes on behind it. With a `lease` it follows while this process holds that, and every
    commit carries the term. `forget()` is called whenever the cursor is read: another may have handled facts meanwhile.
    """

    def __init__(
        self,
        journal: Journal,
        name: str,
        handle: Handle,
        runtime: Runtime,
        *,
        batch: int = 64,
        retry_base: float = 0.5,
        max_attempts: int = 5,
        lease: Lease | None = None,
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._journal, self._handle, self._runtime = journal, handle, runtime
        self._batch, self._retry_base, self._max_attempts = batch, retry_base, max_attempts
        self._stored = self._seq = 0
        self._idle: Waiter | None = None  # set while it rests; cheaper than an Event, once an alert
        self._stopping = self._following = False
        self._task: Task | None = None
        self._handled = self._failed = self._dead = 0
        self._looked_at = 0.0
        self._lease, self._forget = lease, forget
        self._term: LeaseTerm | None = None
        journal.listen(lambda facts: self._rouse())
        if lease is not None:
            lease.on_gained(self._rouse)

    @property
    def seq(self) -> int:
        """The last fact that was handled."""
        return self._seq

    @property
    def lag(self) -> int:
        """Facts that wait."""
        return max(0, self._journal.head - self._seq)

    def takes_next(self, seq: int) -> bool:
        """Whether the fact at `seq` is in the batch that it takes next: what that brings is stored in a moment."""
        return self._following and self._seq < seq <= self._seq + self._batch

    def stats(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "seq": self._seq,
            "lag": self.lag,
            "handled": self._handled,
            "failed": self._failed,
            "dead": self._dead,
            "running": self._task is not None and not self._task.dead,
        }

    def start(self) -> None:
        self._task = self._runtime.spawn(self._run)

    def stop(self, timeout: float) -> None:
        """Let the batch at hand end."""
        self._stopping = True
        self._rouse()
        if self._task is not None:
            self._task.join(timeout)

    def _run(self) -> None:
        failures = 0
        while not self._stopping:
            try:
                if not self._may_follow():
                    self._following = False
                    continue
                if not self._following:
                    self._find_cursor()
                    self._following = True
                self._step()
                failures = 0
            except CursorMoved:
                self._following = False
            except LeaseLost:
                self._following = False
                if self._lease is not None:
                    self._lease.lost()
            except Exception as error:
                # The database is away, or a commit's fate is unknown: the cursor in it tells what to do again.
                self._following = False
                failures += 1
                if not isinstance(error, NotStored | DatabaseUnavailable):
                    log.exception("follower %s failed; it tries again", self.name)
                self._pause(failures)
        followed, self._following = self._following, False
        if followed and self._stored < self._seq:
            self._store_cursor()

    def _rouse(self) -> None:
        idle = self._idle
        if idle is not None:
            idle.set()

    def _rest(self, nothing_came: Callable[[], bool]) -> None:
        idle = self._idle = self._runtime.waiter()
        # Asked only now, because on plain threads something may come before `_idle` is there to be set.
        if nothing_came() and not self._stopping:
            idle.wait(LOOK_SECONDS)
        self._idle = None

    def _store_cursor(self) -> None:
        try:
            self._commit((), self._seq)
        except (CursorMoved, LeaseLost, NotStored):
            log.info("follower %s: its last position was not stored; some facts will be looked at again", self.name)

    def _may_follow(self) -> bool:
        """Whether the term that was followed in still runs; else waits a while for the next one."""
        lease = self._lease
        if lease is None:
            return True
        held = lease.held
        if held is not None and held == self._term:
            return True
        self._term = held  # a new one: the cursor is read again before anything is done in it
        if held is None:
            self._rest(lambda: lease.held is None)
        return False

    def _find_cursor(self) -> None:
        self._forget()
        found = self._journal.query("SELECT seq FROM cursors WHERE name = :name", {"name": self.name})
        self._stored = self._seq = int(found[0]["seq"]) if found else 0

    def _step(self) -> None:
        if time.monotonic() - self._looked_at >= LETTER_SECONDS:
            self._looked_at = time.monotonic()
            self._try_letters_again()
        facts = self._journal.after(self._seq, self._batch)
        if not facts:
            self._rest(lambda: self._journal.head <= self._seq)
            return
        try:
            self._take(facts, self._handle(facts))
        except (CursorMoved, LeaseLost, NotStored):
            raise
        except Exception:
            if len(facts) == 1:
                self._take_hard(facts[0])
                return
            log.exception("follower %s: a batch failed; each of its facts is tried alone", self.name)
            for fact in facts:
                if self._stopping:
                    return
                self._take_hard(fact)

    def _take_hard(self, fact: Fact) -> None:
        """One fact, again and again with a growing pause, then set aside."""
        for attempt in range(1, self._max_attempts + 1):
            try:
                self._take([fact], self._handle([fact]))
            except (CursorMoved, LeaseLost, NotStored):
                raise
            except Exception as error:  # noqa: BLE001 - whatever a handler raises is recorded below
                self._failed += 1
                if attempt == self._max_attempts:
                    self._set_aside(fact, attempt, error)
                    return
                self._pause(attempt)
                if self._stopping:
                    return
            else:
                return

    def _take(self, facts: Sequence[Fact], outputs: Sequence[Sequence[Entry]]) -> None:
        last = facts[-1].seq or self._seq
        entries = [entry for brought in outputs for entry in brought]
        if entries or last - self._stored >= LAZY_FACTS:
            self._commit(entries, last)
        self._seq = last
        self._handled += len(facts)

    def _commit(self, entries: Sequence[Entry], to: int, changes: Sequence[Change] = ()) -> None:
        self._journal.append(
            Unit(entries, changes, cursor=CursorMove(self.name, self._stored, to), lease=self._term), timeout=10.0
        )
        self._stored = to

    def _set_aside(self, fact: Fact, attempts: int, error: Exception) -> None:
        text, letter_id = f"{type(error).__name__}: {error}"[:500], new_id()
        log.error("follower %s: fact %s is set aside after %d attempts: %s", self.name, fact.seq, attempts, text)
        told = Fact(
            type="error",
            source=self.name,
            level="ERROR",
            symbol=fact.symbol,
            message=f"{self.name} could not handle a {fact.type}; it was set aside",
            data={
                "where": self.name,
                "code": "dead_letter",
                "affects": f"{fact.type} {fact.id}",
                "what_to_do": "Mend the cause (the server's log has it), then POST /api/dead-letters/<id>/retry.",
                "attempts": attempts,
                "seq": fact.seq,
                "letter": letter_id,
            },
        )
        letter = {"id": letter_id, "follower": self.name, "seq_of": fact.seq, "attempts": attempts, "error": text}
        seq = fact.seq or self._seq
        self._commit([Entry(told)], seq, [Change(dead_letters.KEEP, {**letter, "at": rfc3339(now_utc())})])
        self._seq = seq
        self._dead += 1

    def _try_letters_again(self) -> None:
        """Those that a person asked for: what such a fact brings is committed with the letter's end."""
        while not self._stopping and (letter := dead_letters.asked(self._journal, self.name)) is not None:
            fact = next(iter(self._journal.after(letter["seq"] - 1, 1)), None)
            try:
                if fact is None or fact.seq != letter["seq"]:
                    raise LookupError("the journal no longer holds this fact")
                brought = [entry for entries in self._handle([fact]) for entry in entries]
                self._commit(brought, self._seq, [dead_letters.handled(letter["id"])])
            except (CursorMoved, LeaseLost, NotStored):
                raise
            except Exception as error:
                log.exception("follower %s: a dead letter failed again", self.name)
                text = f"{type(error).__name__}: {error}"[:500]
                self._commit((), self._seq, [dead_letters.failed(letter["id"], text)])

    def _pause(self, failures: int) -> None:
        """Grows with each failure; ends early when the follower is to stop."""
        left = min(MOST_BACKOFF_SECONDS, self._retry_base * 2 ** (failures - 1))
        while left > 0 and not self._stopping:
            self._runtime.sleep(min(STEP_SECONDS, left))
            left -= STEP_SECONDS
