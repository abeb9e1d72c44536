"""Keeps the journal at its length: what is older than RETENTION_DAYS is archived, and then deleted in small pieces."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from events import archiving
from events.clock import now_utc
from events.databases import database_for
from events.errors import EventsError
from events.journal import Change, Unit
from events.reading import Readers
from events.timeline import seq_at
from web.database import database_url
from web.errors import WebError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from events.clock import Clock
    from events.units import LeaseTerm
    from runtime import Task
    from web.desk import Desk
    from web.jobs import Step

log = logging.getLogger("web.retention")
NAME = "retention"
FOLDER = "archive"
# Facts deleted in one commit: a few milliseconds, so that an alert never waits for it.
TOGETHER = 500
DELETE_SECONDS, WRITE_SECONDS = 10.0, 600.0
LOOK_SECONDS = 0.5
# Whoever is near the journal's end may resume there, and reads on while facts are archived.
REACHES_KEPT = 2


class Retention:
    """One round now and then in the process that holds the lease, and only where RETENTION_DAYS is set."""

    def __init__(self, desk: Desk, now: Clock = now_utc) -> None:
        self._desk, self._now = desk, now
        self._task: Task | None = None
        self._stopped = False

    @property
    def folder(self) -> Path:
        return self._desk.values.data_dir / FOLDER

    def start(self) -> None:
        if self._desk.values.retention_days is not None:
            self._task = self._desk.runtime.spawn(self._loop)

    def stop(self) -> None:
        self._stopped = True
        if self._task is not None:
            self._task.kill()

    def _loop(self) -> None:
        while not self._stopped:
            # Also tried soon after a start: a desk that is restarted each day must have its round too.
            if self._desk.lease.held is not None:
                self._look()
                self._desk.runtime.sleep(self._desk.values.retention_check_seconds)
            else:
                self._desk.runtime.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        """Start a job when there is something to do and none of its kind runs, nor one that reads the journal whole."""
        try:
            busy = any(self._desk.jobs.running(name) for name in (NAME, "rebuild"))
            first, upto = self.due()
            if not busy and upto >= first:
                self._desk.jobs.start(NAME, self.work)
        except Exception as error:
            if isinstance(error, EventsError | WebError):
                log.warning("old facts can't be looked for: %s", error.message)
            else:
                log.exception("old facts can't be looked for; the next round tries again")

    def due(self) -> tuple[int, int]:
        """The journal's first seq, and the last that may go: old enough, passed by every follower, out of all reach."""
        desk = self._desk
        assert desk.values.retention_days is not None
        cutoff = self._now() - timedelta(days=desk.values.retention_days)
        first, old, passed = desk.journal.read(_bounds, cutoff, [one.name for one in desk.followers])
        reach = REACHES_KEPT * max(desk.values.replay_facts, desk.values.ring_facts)
        return first, min(old, passed, desk.journal.head - reach)

    def work(self, step: Step) -> dict[str, Any]:
        """The whole of a round. Raises ArchiveFailed, LeaseLost, NotStored, Cancelled; what is done by then stands."""
        first, upto = self.due()
        # Its own thread and connection: packing ten thousand facts takes longer than a reader may.
        lane = self._desk.runtime.lane("archive", 1)
        readers = Readers(database_for(database_url(self._desk.values)))

        def write(after: int) -> archiving.Archived | None:
            epoch = self._desk.journal.epoch
            return lane.call(archiving.write, readers, epoch, self.folder, after, upto, timeout=WRITE_SECONDS)

        try:
            done, files = self._archive(step, write, first, upto)
        finally:
            lane.close()
            readers.close()
        log.info("%d facts were archived in %d files", done, files)
        return {"archived": done, "files": files, "first": first + done}

    def _archive(
        self, step: Step, write: Callable[[int], archiving.Archived | None], first: int, upto: int
    ) -> tuple[int, int]:
        done, files = 0, 0
        while (term := self._desk.lease.held) is not None:
            step(done, upto - first + 1)
            archived = write(first - 1 + done)
            if archived is None:
                break
            files += 1
            for begin in range(archived.first, archived.last + 1, TOGETHER):
                last = min(begin + TOGETHER - 1, archived.last)
                self._delete(last, term)
                done = last - first + 1
                step(done)
        return done, files

    def _delete(self, upto: int, term: LeaseTerm) -> None:
        gone = Change("DELETE FROM journal WHERE seq <= :upto", {"upto": upto})
        self._desk.journal.append(Unit(changes=[gone], lease=term), timeout=DELETE_SECONDS)


def _bounds(readers: Readers, cutoff: datetime, followers: list[str]) -> tuple[int, int, int]:
    """First seq, last one before the cutoff, last one that every follower has passed. In a native thread."""
    first = int(readers.rows("SELECT COALESCE(MIN(seq), 1) AS seq FROM journal", {})[0]["seq"])
    found = {row["name"]: int(row["seq"]) for row in readers.rows("SELECT name, seq FROM cursors", {})}
    # A follower that never stored a position may still be at the beginning.
    passed = [*found.values(), *(0 for name in followers if name not in found)]
    return first, seq_at(readers, cutoff) - 1, min(passed, default=0)
