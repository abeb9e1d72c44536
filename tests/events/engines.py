"""What must hold under a real engine, as one process: prints "ok" or fails. Run by test_engines."""

import sys

import runtime

ENGINE = sys.argv[1]
runtime.patch(ENGINE)  # type: ignore[arg-type]

import logging  # noqa: E402
import sqlite3  # noqa: E402
import time  # noqa: E402
from collections.abc import Sequence  # noqa: E402

import prometheus_client  # noqa: E402
import psycopg  # noqa: E402
from psycopg import sql  # noqa: E402

from events.bus import Bus  # noqa: E402
from events.envelope import Fact  # noqa: E402
from events.errors import BadUnit, EventsError, NotStored  # noqa: E402
from events.journal import Change, Entry, EventFilter, Unit, open_journal  # noqa: E402
from events.wakeups import Wakeups, carrier_for  # noqa: E402
from events.wakeups.messages import Speech  # noqa: E402
from runtime.native import get_ident  # noqa: E402

PATIENCE = 30.0


def unit() -> Unit:
    return Unit([Entry(Fact("event", {"event_type": "info"}, "hello", "test"))])


def beating(engine: runtime.Runtime) -> list[float]:
    """Beats every 5 ms, two hundred times a second; when each was."""
    beats: list[float] = []

    def beat() -> None:
        while True:
            engine.sleep(0.005)
            beats.append(time.monotonic())

    engine.spawn(beat)
    return beats


def locked(url: str) -> None:
    """A 3 s lock of another program: 503 while it lasts, and the loop goes on."""
    engine = runtime.make(ENGINE)  # type: ignore[arg-type]
    journal = open_journal(url, engine)
    beats = beating(engine)
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused: list[float] = []

    def post() -> None:
        try:
            journal.append(unit())
        except NotStored:
            refused.append(time.monotonic())

    began, before = time.monotonic(), len(beats)
    tasks = []
    while time.monotonic() - began < 3.0:
        tasks.append(engine.spawn(post))
        engine.sleep(0.1)
    while not refused and time.monotonic() - began < PATIENCE:
        engine.sleep(0.1)
    beaten = len(beats) - before
    assert refused, "nothing was refused while it was locked"
    other.execute("ROLLBACK")
    other.close()
    back = time.monotonic()
    while True:
        try:
            journal.append(unit())
            break
        except NotStored:
            assert time.monotonic() - back < PATIENCE, "not back"
            engine.sleep(0.05)
    assert all(task.join(PATIENCE) for task in tasks)
    # Of 600: a loop that waits for the database goes round a few times, a slow machine's dozens of times.
    assert beaten > 60, f"the loop went round {beaten} times"
    journal.close()


def quiet(url: str) -> None:
    """No log record and no metric is made off the loop's thread, whatever the journal does."""
    loop = get_ident()
    strangers: list[str] = []

    class Watch(logging.Handler):
        def createLock(self) -> None:
            self.lock = None

        def handle(self, record: logging.LogRecord) -> bool:
            if get_ident() != loop:
                strangers.append(record.getMessage())
            return True

    logging.getLogger().addHandler(Watch())
    logging.getLogger().setLevel(logging.DEBUG)
    inc = prometheus_client.Counter.inc

    def watched(self: prometheus_client.Counter, *args: float) -> None:
        if get_ident() != loop:
            strangers.append("a metric")
        inc(self, *args)

    prometheus_client.Counter.inc = watched  # type: ignore[method-assign, assignment]
    engine = runtime.make(ENGINE)  # type: ignore[arg-type]
    # The watch itself works: a native job that logs is seen.
    engine.call_blocking(logging.getLogger("canary").warning, "from a native thread")
    assert strangers == ["from a native thread"], strangers
    strangers.clear()
    journal = open_journal(url, engine)
    journal.append(unit())
    for bad in (Unit(changes=[Change("SELECT no FROM where_")]), unit()):
        try:
            journal.append(bad)
        except BadUnit:
            logging.getLogger("test").info("refused")
    journal.search(EventFilter(q="hello", regex="h.*o"))
    for query in ("SELECT 1 AS one", "SELECT nothing FROM nowhere"):
        try:
            journal.query(query)
        except EventsError:
            logging.getLogger("test").info("refused")
    journal.close()
    assert strangers == [], strangers


def many(url: str) -> None:
    """Fifty tasks share commits: far fewer commits than appends, all stored, in order."""
    engine = runtime.make(ENGINE)  # type: ignore[arg-type]
    journal = open_journal(url, engine)
    heard: list[int] = []
    journal.listen(lambda facts: heard.extend(one.seq or 0 for one in facts))

    def append() -> None:
        for _ in range(20):
            journal.append(unit(), timeout=PATIENCE)

    tasks = [engine.spawn(append) for _ in range(50)]
    for task in tasks:
        assert task.join(PATIENCE)
    assert heard == list(range(1, 1001))
    assert journal.stats()["commits"] < 200, journal.stats()
    journal.close()


class Noted:
    """A carrier that only notes that something was sent."""

    name, most_bytes = "noted", 1_000
    in_commit: None = None

    def __init__(self, engine: runtime.Runtime, order: list[str]) -> None:
        self._engine, self._order = engine, order

    def send_at_once(self, text: str) -> bool:
        self._order += ["others"] if '"facts"' in text else []
        return True

    def send(self, texts: Sequence[str]) -> None:
        """Also learns what became of what was sent at once."""

    def receive(self) -> list[str]:
        self._engine.sleep(0.05)
        return []

    def close_sending(self) -> None: ...

    def close_receiving(self) -> None: ...


def first(url: str) -> None:
    """Another process is told of a commit before this one's own listeners are."""
    engine = runtime.make(ENGINE)  # type: ignore[arg-type]
    journal = open_journal(url, engine)
    order: list[str] = []
    journal.listen(lambda facts: order.append("own"))
    wakeups = Wakeups(
        journal, Bus(engine), engine, Noted(engine, order), "here", key="k", own=frozenset[str](), gap_seconds=0.001
    )
    wakeups.start()
    for _ in range(10):
        engine.sleep(0.05)
        journal.append(unit())
    assert order == ["others", "own"] * 10, order
    wakeups.stop()
    journal.close()


def alone(url: str) -> None:
    """A commit on Postgres is told by its own end, whatever this process does then: its loop stands still here."""
    engine = runtime.make(ENGINE)  # type: ignore[arg-type]
    journal = open_journal(url, engine)
    carrier = carrier_for(engine, journal.epoch, database_url=url, redis_url="")
    Wakeups(journal, Bus(engine), engine, carrier, "here", key="k", own=frozenset[str](), gap_seconds=0.001).start()
    speech = Speech("there", journal.epoch, "k")
    heard: list[str] = []
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"signal_desk:{journal.epoch}")))

        def listen(facts: Sequence[Fact]) -> None:
            """Waits natively, on the loop: nothing of this process can send anything meanwhile."""
            for one in other.notifies(timeout=20):
                heard.append(one.payload)
                told = speech.understand(one.payload)
                if told is not None and told.facts == tuple(facts):
                    break

        journal.listen(listen)
        journal.append(unit(), timeout=30.0)
    told = speech.understand(heard[-1])
    assert told is not None, heard
    assert told.head == 1, heard
    journal.close()


if __name__ == "__main__":
    {"locked": locked, "quiet": quiet, "many": many, "first": first, "alone": alone}[sys.argv[2]](sys.argv[3])
    print("ok")
