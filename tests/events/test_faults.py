"""What the journal says while the database can't store, and that it comes back by itself."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from events.errors import BadQuery, DatabaseUnavailable, NotStored, QueryTooSlow
from events.journal import Journal, Unit, open_journal
from events.units import Delivery, Entry
from runtime import Runtime
from tests.events.conftest import OpenJournal, fact, unit
from tests.support.patience import PATIENCE
from tests.support.topology import within


def wait_until_stored(journal: Journal, seconds: float = PATIENCE) -> None:
    """Append until it works."""
    began = time.monotonic()
    while True:
        try:
            journal.append(unit(fact("after")), timeout=1.0)
        except NotStored:
            if time.monotonic() - began > seconds:
                raise
            time.sleep(0.05)
        else:
            return


def test_a_locked_database_is_not_stored_in_time_then_works_again(opened: OpenJournal, sqlite_url: str) -> None:
    """While another program holds the lock, appends say so within their time; once it lets go they are stored."""
    journal = opened(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(NotStored, match=r"not stored within 0\.5 s"):
        journal.append(unit(fact("locked")), timeout=0.5)
    assert time.monotonic() - began > 0.4
    other.execute("ROLLBACK")
    other.close()
    wait_until_stored(journal)
    assert journal.stats()["ok"]
    # The first append was being tried when its time ran out: whether it landed or not, there is no hole.
    assert [one.seq for one in journal.after(0)] == list(range(1, journal.head + 1))


def test_what_was_not_tried_in_time_is_never_stored(
    opened: OpenJournal, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A unit whose sender was told 503 while it still waited is dropped: the sender sends it again."""
    monkeypatch.setattr("events.databases.sqlite.BUSY_SECONDS", PATIENCE)  # the one before it is tried for so long
    journal = opened(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    first = threading.Thread(target=lambda: journal.append(unit(fact("first")), timeout=PATIENCE))
    first.start()
    within(lambda: journal._writer._began is not None, "the first is being tried")
    with pytest.raises(NotStored):
        journal.append(unit(fact("second")), timeout=0.1)
    other.execute("ROLLBACK")
    other.close()
    first.join()
    wait_until_stored(journal)
    assert [one.message for one in journal.after(0)] == ["first", "after"]


def test_a_full_disk_stores_nothing_halfway_and_recovers(opened: OpenJournal, sqlite_url: str) -> None:
    """With no page left an append is refused at once and leaves no row; with room again it works without a restart.

    Seen to fail with a commit that reports what it could not write as stored.
    """
    journal = opened(sqlite_url)
    journal.append(unit(fact()))
    raw = journal._writer._connection._raw  # type: ignore[union-attr]  # the limit belongs to the connection
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count = {pages + 2}")
    big = Unit([Entry(fact("x" * 4000)) for _ in range(20)], delivery=Delivery("key", "id"))
    with pytest.raises(NotStored):
        journal.append(big)
    assert not journal.stats()["ok"]
    assert journal.query("SELECT COUNT(*) AS n FROM journal") == [{"n": 1}]
    # The failure let go of the connection, and the limit with it: there is room again.
    receipt = journal.append(big)
    assert (receipt.duplicate_of, receipt.facts[0].seq) == (None, 2)
    assert journal.stats()["ok"]


def test_too_much_waiting_is_refused_at_once(
    threads: Runtime, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue is bounded: memory can't grow with what a stuck disk keeps waiting."""
    monkeypatch.setattr("events.writer.MOST_TOGETHER", 1)
    journal = open_journal(sqlite_url, threads)
    journal._writer._most_waiting = 2
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused: list[str] = []

    def append() -> None:
        try:
            journal.append(unit(fact()), timeout=2 * PATIENCE)
        except NotStored as error:
            refused.append(error.message)

    workers = [threading.Thread(target=append) for _ in range(8)]
    for worker in workers:
        worker.start()
    within(lambda: refused.count("too much waits to be stored") >= 4, "some are refused, though nobody's time is over")
    other.close()
    for worker in workers:
        worker.join()
    journal.close()


def test_the_reading_of_others_is_bounded(journal: Journal) -> None:
    """A read that would go on and on is ended after a second; nonsense is called so; nobody can write by reading."""
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
    began = time.monotonic()
    with pytest.raises(QueryTooSlow):
        journal.query(endless)
    assert time.monotonic() - began < 30
    with pytest.raises(BadQuery):
        journal.query("SELECT nothing FROM nowhere")
    with pytest.raises((BadQuery, DatabaseUnavailable)):
        journal.query("DELETE FROM journal_head RETURNING seq")
    assert journal.query("SELECT COUNT(*) AS n FROM journal_head") == [{"n": 1}]


def test_a_database_that_cannot_be_opened_says_why(threads: Runtime, tmp_path: Path) -> None:
    """No folder, no database, a newer schema: one error with a remedy, never a traceback of the driver's."""
    with pytest.raises(DatabaseUnavailable):
        open_journal(f"sqlite:///{tmp_path / 'none' / 'desk.db'}", threads)
    (tmp_path / "text.db").write_text("This is not a database, whatever its name says. " * 50)
    with pytest.raises(DatabaseUnavailable):
        open_journal(f"sqlite:///{tmp_path / 'text.db'}", threads)
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    open_journal(url, threads).close()
    with sqlite3.connect(tmp_path / "desk.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(DatabaseUnavailable, match="9999"):
        open_journal(url, threads)


def test_closing_stores_what_waits_and_refuses_what_comes(opened: OpenJournal, url: str) -> None:
    """A closed journal has stored all it acknowledged, and says that it is closing."""
    journal = opened(url)
    journal.append(unit(fact()))
    journal.close()
    with pytest.raises(NotStored):
        journal.append(unit(fact()))
    assert opened(url).head == 1
