"""Rebuilds the tables that facts feed while the server serves: a child reads and compares, the writer puts right."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from events.envelope import Fact
from events.errors import EventsError
from events.journal import Entry, Unit
from events.rebuilding import MOST_BESIDE_TRAFFIC, apply
from signals.rebuilding import PROJECTIONS, changes, prepared
from web.database import database_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from events.databases import Connection, Database
    from events.journal import Journal
    from web.desk import Desk, Values
    from web.jobs import Step

log = logging.getLogger("web.rebuilding")
NAME = "rebuild"
ROOT = Path(__file__).parents[1]
FOLDER = "rebuild-"
LOOK_SECONDS = 0.2
LOGGED = 2_000  # characters of what a failed child said last
# The commit beside traffic takes well under a second; without a server it may take what it needs.
COMMIT_SECONDS, COMMIT_SECONDS_ALONE = 30.0, 3_600.0
MENDED = "Every process has been told to read its memory anew. Reload the pages that are open."


class RebuildFailed(EventsError):
    code = "rebuild_failed"
    hint = "Nothing was changed. The server's log names the cause; start the rebuild again."


def start(desk: Desk, python: str) -> dict[str, Any]:
    """The progress of the job that rebuilds, started now unless one runs already. Raises TooManyJobs, NotStored."""
    return desk.jobs.running(NAME) or desk.jobs.start(NAME, lambda step: _work(desk, python, step))


def alone(
    journal: Journal, values: Values, tell: Callable[[int, int], None], *, surely: bool = False
) -> dict[str, Any]:
    """The same where no server runs, in this process, however much differs.

    On a shared database other machines' processes may run: only the user can say that `surely` none does.
    """
    began = time.monotonic()
    with _folder(values.data_dir) as folder:
        path = Path(folder) / "copy.db"
        report = prepared(database_url(values), path, tell)
        most = None if surely or journal.dialect == "sqlite" else MOST_BESIDE_TRAFFIC
        mended = journal.maintain(_apply(path, most), COMMIT_SECONDS_ALONE)
    tell_mended(journal, mended)
    return _result(report.facts, mended, began)


def tell_mended(journal: Journal, mended: dict[str, int]) -> None:
    """A fact, where rows were put right: every process hears it, and so do people. Raises NotStored."""
    if mended:
        message = f"A rebuild put right {', '.join(f'{rows} of {table}' for table, rows in mended.items())}"
        data = {"event_type": "warning", "rebuilt": mended}
        fact = Fact(type="event", source="desk", level="WARNING", message=message, data=data)
        journal.append(Unit([Entry(fact)]))


def follow_mending(desk: Desk, doubt: Callable[[], None]) -> None:
    """From now on read memory anew when a rebuild, of any process, put rows right; `doubt` must not yield."""

    def read_anew() -> None:
        try:
            desk.sources.reload()
            desk.chosen.reload()
        except EventsError as error:
            log.error("after a rebuild memory could not be read anew (%s): restart this process", error.message)

    def hear(facts: Sequence[Fact]) -> None:
        if any(fact.type == "event" and fact.origin == "desk" and fact.data.get("rebuilt") for fact in facts):
            doubt()
            desk.runtime.spawn(read_anew)

    desk.journal.listen(hear)


def _work(desk: Desk, python: str, step: Step) -> dict[str, Any]:
    began = time.monotonic()
    for left in desk.values.data_dir.glob(f"{FOLDER}*"):  # of a server that was killed meanwhile
        shutil.rmtree(left, ignore_errors=True)
    with _folder(desk.values.data_dir) as folder:
        report = _in_child(desk, python, Path(folder), step)
        mended = desk.journal.maintain(_apply(Path(folder) / "copy.db", MOST_BESIDE_TRAFFIC), COMMIT_SECONDS)
    tell_mended(desk.journal, mended)
    return _result(report["facts"], mended, began)


def _folder(data_dir: Path) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix=FOLDER, dir=data_dir)


def _apply(path: Path, most: int | None) -> Callable[[Database, Connection], dict[str, int]]:
    return lambda database, connection: apply(database, connection, path, PROJECTIONS, changes, most)


def _result(facts: int, mended: dict[str, int], began: float) -> dict[str, Any]:
    hint = MENDED if mended else ""
    return {"facts": facts, "mended": mended, "seconds": round(time.monotonic() - began, 1), "hint": hint}


def _in_child(desk: Desk, python: str, folder: Path, step: Step) -> dict[str, Any]:
    """What the child found. Raises RebuildFailed, Cancelled."""
    said, asked, errors = folder / "said", folder / "asked", folder / "errors"
    asked.touch(mode=0o600)
    asked.write_text(json.dumps({"url": database_url(desk.values), "path": str(folder / "copy.db")}))
    with said.open("wb") as out, asked.open("rb") as given, errors.open("wb") as wrong:
        command = [python, "-m", "signals.rebuilding"]
        child = subprocess.Popen(command, cwd=ROOT, stdin=given, stdout=out, stderr=wrong)  # noqa: S603 - our own interpreter and module
    asked.unlink()
    try:
        while child.poll() is None:
            told = _last(said)
            if "done" in told:
                step(told["done"], told["total"])
            else:
                step(0)
            desk.runtime.sleep(LOOK_SECONDS)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    told = _last(said)
    if "error" in told:
        raise RebuildFailed(**told["error"])
    if child.returncode != 0 or "facts" not in told:
        log.error("the rebuild's child failed: %s", errors.read_text(errors="replace")[-LOGGED:].strip())
        raise RebuildFailed(f"the child process ended with {child.returncode}")
    step(told["facts"], told["facts"])
    return told


def _last(said: Path) -> dict[str, Any]:
    """The last whole line; a line may be half written."""
    lines = said.read_bytes().split(b"\n")[:-1]
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found
