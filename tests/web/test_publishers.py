"""Which scripts report, as the desk tells it: from the journal alone, also after a restart."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from events.clock import now_utc
from events.envelope import Fact, Passing
from events.errors import QueryTooSlow
from events.journal import Entry, EventFilter, Unit
from events.searching import Page
from tests.web.conftest import ADMIN
from web.assembly import App
from web.publishers import MOST_SOURCES, Publishers
from web.system import Pulse, counts

ACTIVITIES = ("scan", "strategy", "order", "profit", "rebalance", "info", "warning", "error")


def say(client: FlaskClient, source: str, activity: str, level: str = "INFO") -> None:
    event = {"type": "event", "source": source, "message": f"{activity}!", "level": level}
    answer = client.post("/api/events", json=[event | {"data": {"event_type": activity}}], headers=ADMIN)
    assert answer.status_code == 200, answer.text


def test_each_activity_shows_under_its_source(client: FlaskClient) -> None:
    """One line of each of the eight kinds: eight sources, each active, with its kind and level; in the snapshot too."""
    for activity in ACTIVITIES:
        say(client, f"The {activity}", activity, "ERROR" if activity == "error" else "INFO")
    rows = client.get("/api/publishers", headers=ADMIN).json["items"]  # type: ignore[index]
    assert [row["activity"] for row in rows] == list(reversed(ACTIVITIES))
    assert {(row["active"], row["type"], row["count"]) for row in rows} == {(True, "event", 1)}
    assert rows[0]["level"] == "ERROR"
    assert client.get("/api/state", headers=ADMIN).json["publishers"] == rows  # type: ignore[index]


def test_it_is_the_same_after_a_restart(app: App, client: FlaskClient) -> None:
    """What the journal holds is read back; what the desk says itself makes nobody a publisher."""
    say(client, "Scanner", "scan")
    say(client, "Router", "order")
    say(client, "Scanner", "info")
    app.desk.journal.append(Unit(entries=[Entry(Fact("event", {"event_type": "info"}, "by the desk", "desk"))]))
    before = app.desk.publishers.table()
    assert [(row["source"], row["count"]) for row in before] == [("Scanner", 2), ("Router", 1)]
    assert Publishers(app.desk.journal, 300).table() == before


@pytest.mark.parametrize(("most", "known"), [(100, 2), (0, 0)])
def test_a_slow_read_does_not_end_the_start(
    app: App, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, most: int, known: int
) -> None:
    """A busy machine reads less at a time; where it can't read at all, scripts show when they report again.

    Seen to fail before: the server ended with a traceback when its first page took longer than a second.
    """
    say(client, "Scanner", "scan")
    say(client, "Router", "order")
    search = app.desk.journal.search

    def slow(wanted: EventFilter) -> Page:
        if wanted.limit > most:
            raise QueryTooSlow("gave up after 1 s")
        return search(wanted)

    monkeypatch.setattr(app.desk.journal, "search", slow)
    book = Publishers(app.desk.journal, 300)
    assert len(book.table()) == known
    say(client, "Scanner", "scan")
    assert book.table()[0]["source"] == "Scanner"


def test_silence_is_told_once(app: App, client: FlaskClient) -> None:
    """A report makes a source active; when the time is over that is told, and then nothing more."""
    now: list[datetime] = [now_utc()]
    book = Publishers(app.desk.journal, 60, clock=lambda: now[0])
    say(client, "Scanner", "scan")
    assert [row["active"] for row in book.changed()] == [True]
    assert book.changed() == []
    now[0] += timedelta(seconds=90)
    assert [row["active"] for row in book.changed()] == [False]
    assert book.changed() == []


def test_invented_sources_cost_no_more_than_the_bound(app: App) -> None:
    """A script that names a new source with every line pushes out the oldest."""
    facts = [
        Fact("event", {}, "line", f"source {n}", origin="external").at("epoch", n) for n in range(MOST_SOURCES + 5)
    ]
    app.desk.publishers.hear(facts)
    rows = app.desk.publishers.table()
    assert (len(rows), rows[0]["source"], rows[-1]["source"]) == (
        MOST_SOURCES,
        f"source {MOST_SOURCES + 4}",
        "source 5",
    )


def test_the_servers_own_figures_are_complete(app: App, client: FlaskClient) -> None:
    """Followers' lag, queues, commit time, the loop's delay, rates and delivery: as told, and as asked for."""
    say(client, "Scanner", "scan")
    for _ in range(2):
        app.desk.pulse.took(0.001, counts(app.desk))
    told: list[Passing] = []
    app.desk.bus.listen(told.append)
    app.rounds.tell_system()
    for figures in (told[-1].data, client.get("/api/system/health", headers=ADMIN).json):
        assert {"waiting", "commit_p50_ms", "commit_p99_ms"} <= figures["database"].keys()
        assert {"loop_delay_p50_ms", "loop_delay_p99_ms", "loop_delay_max_ms"} <= figures.keys()
        assert {"queued_bytes", "queued_most_bytes", "latency_p99_ms"} <= figures["delivery"].keys()
        assert {"facts_per_s", "told_per_s"} <= figures["rates"].keys()
        assert {"followers", "worker", "sockets", "memory_mb"} <= figures.keys()


def test_the_pulse_gives_percentiles_and_rates() -> None:
    """The window's median, its worst timer, and what rose how fast in it."""
    pulse = Pulse()
    assert (pulse.delays()["p50_ms"], pulse.rates()) == (None, {})
    for n in range(100):
        pulse.took(0.5 if n == 50 else 0.001, {"facts": n})
    assert pulse.delays() == {"p50_ms": 1.0, "p99_ms": 500.0, "max_ms": 500.0}
    assert pulse.rates()["facts_per_s"] > 0
