"""What only a shared database can do: other processes that write, and connections that die."""

import threading
import time

import psycopg
import pytest

from events.databases import postgres
from events.envelope import Fact
from events.errors import NotStored, QueryTooSlow
from events.journal import Delivery, Entry, Journal, Unit, open_journal
from runtime import Runtime
from tests.events.conftest import OpenJournal, fact, unit
from tests.events.test_faults import wait_until_stored
from tests.events.test_journal import together
from tests.support.patience import PATIENCE

pytestmark = pytest.mark.postgres


def wait_for(condition: object, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def cut(url: str) -> None:
    """End every connection of the desk, as a restarting server does."""
    with psycopg.connect(url, autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_two_processes_hear_each_other_in_order(opened: OpenJournal, postgres_url: str) -> None:
    """Two journals on one database: each hears every fact of both once, in order, without a gap."""
    journals = [opened(postgres_url), opened(postgres_url)]
    heard: list[list[int]] = [[], []]
    for journal, mine in zip(journals, heard, strict=True):
        journal.listen(lambda facts, mine=mine: mine.extend(one.seq or 0 for one in facts))  # type: ignore[misc]

    def append(journal: Journal) -> None:
        for n in range(60):
            journal.append(unit(fact(str(n))))

    together([lambda journal=journal: append(journal) for journal in journals * 2])  # type: ignore[misc]
    wait_for(lambda: all(len(mine) >= 240 for mine in heard))
    assert heard == [list(range(1, 241))] * 2
    assert journals[0].ring_after(0) == journals[1].ring_after(0)


def test_a_commit_is_answered_while_what_others_wrote_is_read(
    opened: OpenJournal, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long that takes: it is stored, and a sender told otherwise would send it again. All is heard in order.

    Seen to fail with the read before the answer: NotStored, for a unit that was stored.
    """
    mine, other = opened(postgres_url), opened(postgres_url)
    heard: list[int] = []
    mine.listen(lambda facts: heard.extend(one.seq or 0 for one in facts))
    looking, answered = threading.Event(), threading.Event()
    read = mine._readers.after

    def hung(*args: object) -> list[Fact]:
        looking.set()
        answered.wait(PATIENCE)
        return read(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("events.journal.READING_SECONDS", 2 * PATIENCE)
    monkeypatch.setattr(mine._readers, "after", hung)
    assert looking.wait(PATIENCE)
    other.append(unit(fact("other")))
    assert [one.seq for one in mine.append(unit(fact("mine"))).facts] == [2]
    assert heard == []
    answered.set()
    wait_for(lambda: heard == [1, 2])


def test_a_second_process_does_not_store_a_delivery_again(opened: OpenJournal, postgres_url: str) -> None:
    """The same alert posted to two servers at once is one signal."""
    journals = [opened(postgres_url), opened(postgres_url)]
    told: list[str | None] = []

    def deliver(n: int) -> None:
        delivered = Unit([Entry(fact())], delivery=Delivery("key", f"id{n}"))
        told.append(journals[n % 2].append(delivered).duplicate_of)

    together([lambda n=n: deliver(n) for n in range(20)])  # type: ignore[misc]
    assert told.count(None) == 1
    assert len(set(told)) == 2


def test_cut_connections_cost_a_refusal_and_never_a_fact(opened: OpenJournal, postgres_url: str) -> None:
    """The server drops every connection again and again under load: what was acknowledged is there, once, in order."""
    journal = opened(postgres_url)
    heard: list[int] = []
    journal.listen(lambda facts: heard.extend(one.seq or 0 for one in facts))
    acknowledged: list[str] = []
    ended = threading.Event()

    def append() -> None:
        while not ended.is_set():
            one = fact()
            try:
                journal.append(unit(one))
            except NotStored:
                time.sleep(0.01)
            else:
                acknowledged.append(one.id)

    workers = [threading.Thread(target=append) for _ in range(4)]
    for worker in workers:
        worker.start()
    for _ in range(6):
        time.sleep(0.15)
        cut(postgres_url)
    ended.set()
    for worker in workers:
        worker.join()
    wait_until_stored(journal)
    with psycopg.connect(postgres_url) as operator:
        rows = operator.execute("SELECT seq, id FROM journal ORDER BY seq").fetchall()
    assert [seq for seq, _ in rows] == list(range(1, len(rows) + 1))
    assert set(acknowledged) <= {id for _, id in rows}
    wait_for(lambda: journal.head == len(rows))
    assert heard == [seq for seq, _ in rows]


def test_a_process_that_stands_still_in_the_middle_of_a_commit_is_not_waited_for(
    opened: OpenJournal, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine was paused, or its plug pulled, while it held the head: the others store again a moment later.

    What it had begun is undone, and its connection is one that is away. Seen to fail without STANDSTILL_MS: nobody
    stores until the network stack gives the other side up, hours later.
    """
    journal = opened(postgres_url)
    monkeypatch.setattr(postgres, "STANDSTILL_MS", 400)
    database = postgres.Postgres(postgres_url)
    stopped = database.writer()
    stopped.begin()
    stopped.rows(database.lock_head())
    wait_until_stored(journal, 20.0)
    assert [one.message for one in journal.after(0)] == ["after"]
    with pytest.raises(psycopg.Error) as gone:
        stopped.commit()
    assert database.blame(gone.value) == "away"


def test_a_database_that_is_away_is_said_at_once_and_found_again_unasked(
    opened: OpenJournal, postgres_url: str
) -> None:
    """No connection allowed: after the first refusal the next wait for nothing; then it recovers by itself."""
    journal = opened(postgres_url)
    journal.append(unit(fact()))
    with psycopg.connect(postgres_url) as here:
        name = here.info.dbname
    other = postgres_url.replace(f"/{name}?", "/postgres?")
    with psycopg.connect(other, autocommit=True) as operator:
        operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")  # type: ignore[call-overload]
        operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        with pytest.raises(NotStored):
            journal.append(unit(fact()))
        began = time.monotonic()
        for _ in range(20):
            with pytest.raises(NotStored):
                journal.append(unit(fact()))
        assert time.monotonic() - began < 20  # two seconds each, did they wait
        assert not journal.stats()["ok"]
        operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")  # type: ignore[call-overload]
    wait_for(lambda: journal.stats()["ok"])
    assert journal.append(unit(fact())).facts[0].seq == 2


def test_a_database_too_busy_to_answer_is_waited_for(
    threads: Runtime, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who starts beside much work waits for its first answer as for a database that is away, not one query long.

    Seen to fail with the schema alone waited for: it gave up after the first reading.
    """
    open_journal(postgres_url, threads).close()
    monkeypatch.setattr("events.databases.postgres.STATEMENT_MS", 150)
    monkeypatch.setattr("events.journal.FIRST_GAP_SECONDS", 0.05)
    with psycopg.connect(postgres_url) as busy:
        busy.execute("LOCK TABLE journal_head IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(QueryTooSlow):
            open_journal(postgres_url, threads)
        freed = threading.Timer(0.3, busy.rollback)
        freed.start()
        journal = open_journal(postgres_url, threads, wait_seconds=PATIENCE)
        freed.join()
    assert journal.head == 0
    journal.close()
