"""Long jobs as every process of the desk knows them: a row each, which the process that runs the job keeps true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from events import wire
from events.journal import Change, Unit
from events.lease import CLOCK

if TYPE_CHECKING:
    from events.journal import Journal

MOST_KEPT = 50  # the newest; each keeps its result
# A process that was silent for so long about its job has gone, and the job with it.
SILENT_MS = 15_000
# What was told of an ended job stands: a note that was thought lost may arrive behind the last one.
NOTE = """
INSERT INTO jobs (id, name, state, progress, result, wanted, told_ms)
VALUES (:id, :name, :state, :progress, :result, 1, {clock})
ON CONFLICT (id) DO UPDATE SET state = excluded.state, progress = excluded.progress, result = excluded.result,
    told_ms = excluded.told_ms
WHERE jobs.state = 'running'
"""
FORGET = "DELETE FROM jobs WHERE id NOT IN (SELECT id FROM jobs ORDER BY id DESC LIMIT :kept)"
LOOK = "SELECT id, state, progress, result, wanted, {clock} - told_ms AS silent_ms FROM jobs"
LOST = {
    "code": "job_lost",
    "message": "The process that ran this job has gone.",
    "hint": "What it had stored is stored: start it again for the rest.",
}


class JobBook:
    """Progress is the data of a `job_progress`, results are JSON. All of it raises NotStored or DatabaseUnavailable."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        clock = CLOCK[journal.dialect]
        self._note, self._look = NOTE.format(clock=clock), LOOK.format(clock=clock)

    def open(self, progress: dict[str, Any]) -> None:
        """A new job; the oldest are forgotten."""
        self._journal.append(Unit(changes=[self._noted(progress, None), Change(FORGET, {"kept": MOST_KEPT})]))

    def note(self, progress: dict[str, Any], result: Any = None) -> bool:
        """How it stands now; whether it is still wanted."""
        self._journal.append(Unit(changes=[self._noted(progress, result)]))
        found = self._journal.query("SELECT wanted FROM jobs WHERE id = :id", {"id": progress["job"]})
        return not found or bool(found[0]["wanted"])

    def cancel(self, job_id: str) -> None:
        """The process that runs it learns it with its next note."""
        self._journal.append(Unit(changes=[Change("UPDATE jobs SET wanted = 0 WHERE id = :id", {"id": job_id})]))

    def all(self) -> list[dict[str, Any]]:
        """Progress of each, newest first."""
        return [_progress(row) for row in self._journal.query(f"{self._look} ORDER BY id DESC")]

    def get(self, job_id: str) -> dict[str, Any] | None:
        """One job's progress with its `result`."""
        found = self._journal.query(f"{self._look} WHERE id = :id", {"id": job_id})
        return _progress(found[0]) | {"result": orjson.loads(found[0]["result"])} if found else None

    def _noted(self, progress: dict[str, Any], result: Any) -> Change:
        row = {"id": progress["job"], "name": progress["name"], "state": progress["state"]}
        return Change(
            self._note, row | {"progress": wire.encode(progress).decode(), "result": wire.encode(result).decode()}
        )


def _progress(row: dict[str, Any]) -> dict[str, Any]:
    progress: dict[str, Any] = orjson.loads(row["progress"])
    if row["state"] == "running" and row["silent_ms"] > SILENT_MS:
        return progress | {"state": "failed", "can_cancel": False, "remaining_s": None, "error": LOST}
    return progress | {"can_cancel": progress["can_cancel"] and bool(row["wanted"])}
