"""The lease of what must run once: a row with a term, so that one process follows and another takes over when it dies.

Times in the row are the database's own clock. Whoever holds the lease renews it; whoever wants it takes it when it has
run out, which raises the term. A unit that carries an older term is refused in its own transaction (`commit.py`), so a
process that was paused, cut off or simply slow can't commit what another has begun to do.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from events.clock import now_text, rfc3339
from events.errors import EventsError, LeaseLost
from events.journal import Journal
from events.units import Change, LeaseTerm, Unit
from runtime import Runtime, Task

log = logging.getLogger("events.lease")
WORKER = "worker"
# Milliseconds by the database's clock, as each dialect says it.
CLOCK = {
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    "postgresql": "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
}
# A database whose clock was set back would keep a dead holder's lease for as long: what lies ahead has run out too.
CLAIM = """
INSERT INTO leases (name, holder, term, since_ms, renewed_ms, expires_ms, told)
VALUES (:name, :holder, 1, {clock}, {clock}, {clock} + :ms, '[]')
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, term = leases.term + 1, since_ms = excluded.since_ms,
    renewed_ms = excluded.renewed_ms, expires_ms = excluded.expires_ms, told = excluded.told
WHERE leases.holder = excluded.holder OR leases.expires_ms <= {clock} OR leases.renewed_ms > {clock} + :ms OR :alone = 1
"""
RENEW = "UPDATE leases SET renewed_ms = {clock}, expires_ms = {clock} + :ms, told = :told WHERE name = :name"
LOOK = "SELECT holder, term, since_ms, renewed_ms, expires_ms, told, {clock} AS now_ms FROM leases WHERE name = :name"
Told = Callable[[], Sequence[dict[str, Any]]]


class Lease:
    """One process's view of the lease, and its claim to it when it is a `candidate`.

    `holder` names this process as no other living one is named: then what it held before a crash is its own again at
    once. `told()` is JSON that travels in the row with each renewal: where the followers stand.
    """

    def __init__(
        self,
        journal: Journal,
        runtime: Runtime,
        holder: str,
        *,
        seconds: float = 6.0,
        renew_seconds: float = 2.0,
        candidate: bool = True,
        told: Told = tuple,
    ) -> None:
        self.holder = holder
        self._journal, self._runtime, self._told = journal, runtime, told
        self._seconds, self._renew_seconds, self._candidate = seconds, renew_seconds, candidate
        self._alone = journal.dialect == "sqlite"  # the folder's lock has proved that nobody else lives
        self._params = {"name": WORKER, "holder": holder, "ms": round(seconds * 1000), "alone": int(self._alone)}
        self._term: LeaseTerm | None = None
        self._until = 0.0
        self._row: dict[str, Any] | None = None
        self._opened_at = now_text()
        self._away = False
        self._gained: list[Callable[[], None]] = []
        self._wake = threading.Event()
        self._stopping = False
        self._task: Task | None = None

    @property
    def held(self) -> LeaseTerm | None:
        """The term while it surely runs, by this process's own clock; else None: then nothing may be begun."""
        return self._term if time.monotonic() < self._until else None

    def on_gained(self, callback: Callable[[], None]) -> None:
        """`callback` runs on the loop each time this process gets the lease; it must not yield."""
        self._gained.append(callback)

    def lost(self) -> None:
        """A commit was refused because of the term: step down now, not at the next look."""
        if self._term is not None:
            log.warning("the lease is another process's now (term %d was ours): this one stands by", self._term.number)
        self._term, self._until = None, 0.0

    def describe(self) -> dict[str, Any]:
        """`{holder, since, silent_since}`: RFC 3339; `silent_since` is null while the holder renews."""
        row = self._row
        if row is None:
            return {"holder": None, "since": None, "silent_since": self._opened_at}
        silent = not self._living(row)
        return {
            "holder": row["holder"],
            "since": _stamp(row["since_ms"]),
            "silent_since": _stamp(row["renewed_ms"]) if silent else None,
        }

    def told(self) -> list[dict[str, Any]]:
        """What the holder told with its last renewal; nothing before the first."""
        row = self._row
        found = orjson.loads(row["told"]) if row is not None else []
        return found if isinstance(found, list) else []

    def start(self) -> None:
        self._task = self._runtime.spawn(self._run)

    def stop(self, timeout: float = 2.0) -> None:
        """Let go of the lease, so that a standby need not wait until it runs out."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            self._task.join(timeout)
        term, self._term, self._until = self._term, None, 0.0
        if term is None:
            return
        try:
            self._journal.append(Unit(changes=[self._renewal(0)], lease=term), timeout)
        except EventsError as error:
            log.info("the lease was not given back (%s): it runs out by itself", error.code)

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._step()
                self._away = False
            except EventsError as error:
                if not self._away:
                    log.warning("the lease can't be looked at: %s", error.message)
                self._away = True
            # Four looks in the time of a renewal: a standby that takes over should not add much to the wait.
            self._wake.wait(self._renew_seconds if self.held is not None else self._renew_seconds / 4)

    def _step(self) -> None:
        if self._term is not None:
            self._renew(self._term)
        self._look()
        if self._term is None and self._candidate and not self._stopping and self._may_be_had():
            self._claim()

    def _renew(self, term: LeaseTerm) -> None:
        began = time.monotonic()
        try:
            self._journal.append(Unit(changes=[self._renewal(self._params["ms"])], lease=term), self._renew_seconds)
        except LeaseLost:
            self.lost()
        else:
            self._until = began + self._seconds

    def _renewal(self, ms: Any) -> Change:
        told = orjson.dumps(list(self._told())).decode()
        return Change(self._sql(RENEW), {"name": WORKER, "ms": ms, "told": told})

    def _may_be_had(self) -> bool:
        row = self._row
        return self._alone or row is None or row["holder"] == self.holder or not self._living(row)

    def _living(self, row: dict[str, Any]) -> bool:
        return bool(row["now_ms"] < row["expires_ms"] and row["renewed_ms"] <= row["now_ms"] + self._params["ms"])

    def _claim(self) -> None:
        began = time.monotonic()
        self._journal.append(Unit(changes=[Change(self._sql(CLAIM), self._params)]), self._renew_seconds)
        self._look()
        row = self._row
        if row is None or row["holder"] != self.holder:
            return
        self._term, self._until = LeaseTerm(WORKER, int(row["term"])), began + self._seconds
        log.info("this process (%s) has the lease, term %d", self.holder, self._term.number)
        for callback in self._gained:
            callback()

    def _look(self) -> None:
        rows = self._journal.query(self._sql(LOOK), {"name": WORKER})
        self._row = rows[0] if rows else None

    def _sql(self, text: str) -> str:
        return text.format(clock=CLOCK[self._journal.dialect])


def _stamp(ms: int) -> str:
    return rfc3339(datetime.fromtimestamp(ms / 1000, UTC))
