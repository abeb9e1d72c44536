"""RETENTION_DAYS: old facts move into files that are read back first; nobody who follows meets a silent gap."""

import gzip
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from events import archiving, upcasting
from events.archive import main
from events.databases import database_for
from events.envelope import Fact
from events.errors import ArchiveFailed
from events.journal import Change, Entry, Unit
from events.reading import Readers
from events.rebuilding import apply, prepare
from signals.rebuilding import PROJECTIONS, changes
from tests.support.alerts import entry
from tests.support.patience import PATIENCE
from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import ADMIN, MakeApp
from web import retention
from web.assembly import App
from web.database import database_url
from web.retention import Retention

REACH = 5
DAYS = 2.0


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, make_app: MakeApp) -> Iterator[App]:
    """A desk with 40 facts, each told a day after the one before, all of them handled; the last ones are of today."""
    url = "" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    settings = {"retention_days": DAYS, "replay_facts": REACH, "ring_facts": REACH, "database_url": url}
    app = make_app(**settings)
    client, journal = app.flask.test_client(), app.desk.journal
    client.put("/api/sources/scanner", headers=ADMIN, json={"long_only": True})
    for n in range(6):
        client.post(f"/webhook/{WEBHOOK_TOKEN}", data=entry(n))
    client.post(f"/webhook/{WEBHOOK_TOKEN}", data="")
    follower = app.desk.followers[0]
    app.lease.start()
    follower.start()
    wait(lambda: follower.lag == 0 and journal.head > 14)
    while journal.head < 40:
        journal.append(Unit([Entry(Fact("event", {"event_type": "info"}, f"event {journal.head + 1}", "a script"))]))
    wait(lambda: follower.lag == 0)
    follower.stop(5.0)
    for fact in journal.after(0, 100):
        at = (datetime.now(UTC) - timedelta(days=40 - (fact.seq or 0))).isoformat(timespec="milliseconds")[:-6] + "Z"
        journal.append(
            Unit(changes=[Change("UPDATE journal SET timestamp = :at WHERE seq = :n", {"at": at, "n": fact.seq})])
        )
    return app


def wait(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def round_of(app: App) -> dict[str, Any]:
    """What came of one whole round, as the loop starts it."""
    job = app.desk.jobs.start(retention.NAME, app.retention.work)["job"]
    wait(lambda: app.desk.jobs.get(job)["state"] != "running")
    return app.desk.jobs.get(job)


def seqs(app: App) -> list[int]:
    return [int(row["seq"]) for row in app.desk.journal.query("SELECT seq FROM journal ORDER BY seq")]


def tables(app: App) -> dict[str, Any]:
    return {one.table: app.desk.journal.query(f"SELECT * FROM {one.table} ORDER BY 1, 2") for one in PROJECTIONS}


def test_old_facts_move_into_a_file_and_are_read_again(
    old: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file holds exactly what is gone, each once, in today's shape; the journal goes on behind with its numbers."""
    monkeypatch.setattr(archiving, "MOST_IN_A_FILE", 12)
    monkeypatch.setattr(retention, "TOGETHER", 5)
    before = [fact.envelope() for fact in old.desk.journal._readers_after(0, 100)]
    job = round_of(old)
    assert (job["state"], job["result"]) == ("done", {"archived": 30, "files": 3, "first": 31})
    assert (job["done"], job["total"]) == (30, 30)
    assert seqs(old) == list(range(31, 41))
    assert list(archiving.read([old.retention.folder])) == before[:30]
    since, until = before[4]["timestamp"], before[6]["timestamp"]
    assert main(["read", str(old.retention.folder), "--from", since, "--to", until]) == 0
    assert [line["seq"] for line in map(json.loads, capsys.readouterr().out.splitlines())] == [5, 6]
    assert main(["verify", str(old.retention.folder)]) == 0
    assert round_of(old)["result"] == {"archived": 0, "files": 0, "first": 31}
    assert old.desk.journal.append(Unit([Entry(Fact("event", {}, "next", "x"))])).facts[0].seq == 41


def test_what_somebody_may_need_stays(old: App) -> None:
    """Neither what a follower has not passed, nor what a client may resume from, nor what is young."""
    assert old.retention.due() == (1, 30)  # twice the reach of resuming
    old.desk.journal.append(Unit(changes=[Change("UPDATE cursors SET seq = 17")]))
    assert old.retention.due() == (1, 17)
    old.desk.journal.append(Unit(changes=[Change("DELETE FROM cursors")]))
    assert old.retention.due() == (1, 0)  # a follower that never stored a position
    young = Retention(old.desk, lambda: datetime.now(UTC) - timedelta(days=29.5))
    old.desk.journal.append(Unit(changes=[Change("INSERT INTO cursors VALUES ('pipeline', 40, 'now')")]))
    assert young.due() == (1, 8)


def test_a_position_before_the_kept_facts_is_told_so(old: App) -> None:
    """By long poll with and without an epoch; what begins at the beginning gets what there is."""
    round_of(old)
    client, epoch = old.flask.test_client(), old.desk.journal.epoch

    def ask(**query: Any) -> tuple[str | None, list[int]]:
        page = client.get("/api/events", headers=ADMIN, query_string=query).get_json()
        return page["reset"], [fact["seq"] for fact in page["items"]]

    assert ask(after=12) == ("too_old", [])
    assert ask(after=12, epoch=epoch) == ("too_old", [])
    assert ask(after=29, limit=2) == ("too_old", [])
    assert ask(after=30, limit=2) == (None, [31, 32])
    assert ask(after=0, limit=2) == (None, [31, 32])
    assert ask(after=36, epoch=epoch, limit=2) == (None, [37, 38])


def test_the_signals_stay_and_a_rebuild_still_finds_them_right(old: App, tmp_path: Path) -> None:
    """Rows whose facts were archived are kept as they stand; those whose facts are there are made again."""
    before = tables(old)
    assert len(before["signals"]) == 6
    round_of(old)
    url = database_url(old.desk.values)
    report = prepare(database_for(url), tmp_path / "copy.db", PROJECTIONS, changes, lambda done, total: None)
    assert (report.facts, report.differing) == (10, {})
    old.desk.journal.maintain(
        lambda database, connection: apply(database, connection, tmp_path / "copy.db", PROJECTIONS, changes), 30.0
    )
    assert tables(old) == before


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_nothing_is_deleted_before_the_file_reads_back(old: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that stores something else than was written: the round fails, the journal is whole, the next one works.

    Seen to fail without the look at what was written."""
    real = archiving.gzip.GzipFile.write

    def spoil(self: gzip.GzipFile, line: bytes) -> int:
        return real(self, line.replace(b'"seq":20,', b'"seq":99,'))

    monkeypatch.setattr(archiving.gzip.GzipFile, "write", spoil)
    job = round_of(old)
    assert (job["state"], job["error"]["code"]) == ("failed", "archive_failed")
    assert seqs(old) == list(range(1, 41))
    assert [path.suffix for path in old.retention.folder.iterdir()] == [".part"]
    monkeypatch.setattr(archiving.gzip.GzipFile, "write", real)
    assert round_of(old)["result"]["archived"] == 30
    assert len(list(archiving.read([old.retention.folder]))) == 30
    assert list(old.retention.folder.glob("*.part")) == []


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_a_paused_worker_spoils_nothing_of_its_successor(old: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paused between two pages while the next one archives in the same folder and deletes: what it then has is let go.

    Seen to fail without the look at what went away meanwhile: a file with a gap took the good one's place."""

    def stop(self: Retention, upto: int, term: Any) -> None:
        if upto > 20:
            raise OSError("killed")
        real(self, upto, term)

    class Paused(Readers):
        def rows(self, sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
            if params["after"] == 5 and seqs(old)[0] == 1:
                round_of(old)
            return super().rows(sql, params)

    real = Retention._delete
    monkeypatch.setattr(archiving, "PAGE", 5)
    monkeypatch.setattr(retention, "TOGETHER", 10)
    paused = Paused(database_for(database_url(old.desk.values)))
    with monkeypatch.context() as killed:
        killed.setattr(Retention, "_delete", stop)
        with pytest.raises(ArchiveFailed, match="another process"):
            archiving.write(paused, old.desk.journal.epoch, old.retention.folder, 0, 30)
    paused.close()
    assert seqs(old) == list(range(21, 41))
    archiving.verify([old.retention.folder])
    assert [fact["seq"] for fact in archiving.read([old.retention.folder])] == list(range(1, 31))


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_a_folder_that_cannot_be_written_is_said_so(old: App) -> None:
    """A file stands where the folder should be: the job says what to look at, and nothing is deleted."""
    old.retention.folder.write_text("in the way")
    job = round_of(old)
    assert job["error"]["code"] == "archive_failed"
    assert "DATA_DIR/archive" in job["error"]["hint"]
    assert seqs(old) == list(range(1, 41))


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_a_crash_between_file_and_deletion_tells_no_fact_twice(old: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is there and half of its facts are still in the journal: the next round writes another."""

    def crash(self: Retention, upto: int, term: Any) -> None:
        if upto > 20:
            raise OSError("killed")
        real(self, upto, term)

    real = Retention._delete
    monkeypatch.setattr(retention, "TOGETHER", 10)
    monkeypatch.setattr(Retention, "_delete", crash)
    assert round_of(old)["state"] == "failed"
    assert seqs(old) == list(range(21, 41))
    monkeypatch.setattr(Retention, "_delete", real)
    assert round_of(old)["result"]["archived"] == 10
    assert len(archiving.files([old.retention.folder])) == 2
    assert [fact["seq"] for fact in archiving.read([old.retention.folder])] == list(range(1, 31))


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
@pytest.mark.parametrize("killed", ["_store", "_sync"])
def test_a_crash_leaves_no_file_that_cannot_be_checked(old: App, killed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before or after a file's hash is stored: the next round goes on, and every file has its hash."""

    def crash(*_: Any) -> None:
        raise OSError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(archiving, killed, crash)
        assert round_of(old)["state"] == "failed"
    assert seqs(old) == list(range(1, 41))
    archiving.verify([old.retention.folder])
    (old.retention.folder / "journal-000000000001-000000000002.ndjson.gz.sha256").touch()  # whose file never came
    round_of(old)
    archived = archiving.files([old.retention.folder])
    assert archiving.verify([old.retention.folder]) == len(archived) >= 1
    assert len(list(old.retention.folder.glob("*.sha256"))) == len(archived)
    assert [fact["seq"] for fact in archiving.read([old.retention.folder])] == list(range(1, 31))


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_a_process_without_the_lease_deletes_nothing(old: App) -> None:
    """A round that outlives its term is refused in the commit, as every once-only work is."""
    stale = old.lease.held
    assert stale is not None
    old.desk.journal.append(Unit(changes=[Change("UPDATE leases SET term = term + 1")]))
    job = round_of(old)
    assert (job["state"], job["error"]["code"]) == ("failed", "lease_lost")
    assert seqs(old) == list(range(1, 41))


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_damage_to_a_file_is_found_and_an_old_version_is_read(old: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file has its hash beside it, as `sha256sum -c` reads it; facts are read in today's shape."""
    round_of(old)
    monkeypatch.setattr(upcasting, "version", lambda type: 2 if type == "event" else 1)
    monkeypatch.setattr(upcasting, "UPCASTERS", {("event", 1): lambda data: data | {"as_of": 2}})
    events = [fact for fact in archiving.read([old.retention.folder]) if fact["type"] == "event"]
    assert events
    assert all(fact["data"]["as_of"] == 2 and "version" not in fact for fact in events)
    file = archiving.files([old.retention.folder])[0]
    told = Path(f"{file}.sha256").read_text()
    assert told == f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
    file.write_bytes(file.read_bytes()[:-9])
    assert main(["verify", str(old.retention.folder)]) == 2
    assert main(["read", str(file)]) == 2


@pytest.mark.parametrize("old", ["sqlite"], indirect=True)
def test_the_round_begins_by_itself(old: App) -> None:
    """With the lease, soon after the start, and only where days are set; a reader that has enough ends in peace."""
    old.retention.start()
    wait(lambda: seqs(old)[0] == 31)
    old.retention.stop()
    reader = [sys.executable, "-m", "events.archive", "read", str(old.retention.folder)]
    done = subprocess.run(
        f"{' '.join(reader)} | head -n 1", shell=True, capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
