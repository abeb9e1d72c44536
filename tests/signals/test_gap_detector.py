"""The detector's memory is the journal's: a restart at any instant neither forgets a silence nor tells it twice."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from events.clock import rfc3339
from events.envelope import Fact
from events.errors import NotStored
from events.journal import Change, Entry, Journal, Unit, open_journal
from runtime import make
from signals.gap_detector import GapDetector
from signals.health import HealthBook
from tests.signals.desk import database
from tests.signals.test_health import MONDAY, Settings, alert


class Station:
    """One process's detector on a journal file, with a clock of its own."""

    def __init__(self, url: str, now: datetime) -> None:
        self.journal: Journal = open_journal(url, make("threads"))
        self.now = now
        self.book = HealthBook(lambda: [Settings("tradingview")])
        self.detector = GapDetector(self.journal, self.book, make("threads"), now=lambda: self.now)
        self.detector.restore()

    def hears(self, at: datetime) -> None:
        fact = alert(0, at)
        self.journal.append(
            Unit(entries=[Entry(Fact(type=fact.type, source=fact.source, message="", data=_whole(fact.data)))])
        )

    def minutes(self, start: datetime, count: int) -> datetime:
        for n in range(count):
            self.now = start + timedelta(minutes=n)
            self.hears(self.now)
        return self.now

    def told(self) -> list[str]:
        return [fact.data["state"] for fact in self.journal.after(0, 1000) if fact.type == "signal_gap_alert"]

    def dies(self) -> None:
        """No last save, as after `kill -9`."""
        self.journal.close(5.0)


def _whole(data: dict[str, object]) -> dict[str, object]:
    """A row complete enough for the catalogue."""
    return {"id": "x", "kind": "info", "timings": {}, "extra": {}, "reasons": [], "targets": [], **data}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return database(tmp_path)


@pytest.mark.parametrize("saved", [True, False])
def test_a_restart_restores_the_book(url: str, saved: bool) -> None:
    """With a save or without, the next process knows every count, interval and lag, and the silence that was told."""
    first = Station(url, MONDAY)
    last = first.minutes(MONDAY, 30)
    if saved:
        first.detector.save()
        last = first.minutes(last + timedelta(minutes=1), 3)
    first.now = last + timedelta(minutes=6)
    first.detector.look()
    before = first.book.table(first.now)
    assert before[0]["status"] == "silent"
    first.dies()
    second = Station(url, first.now)
    assert second.book.table(first.now) == before
    second.dies()


def test_silence_is_told_once_however_often_the_server_restarts(url: str) -> None:
    """Three processes look at the same silence: one alert; the alert's return is told once too, by a fourth."""
    station = Station(url, MONDAY)
    last = station.minutes(MONDAY, 30)
    for hours in (1, 2, 3):
        station.now = last + timedelta(hours=hours)
        station.detector.look()
        station.detector.look()
        station.dies()
        station = Station(url, station.now)
    station.hears(station.now + timedelta(minutes=1))
    station.now += timedelta(minutes=2)
    station.dies()
    station = Station(url, station.now)
    station.detector.look()
    station.detector.look()
    assert station.told() == ["silent", "recovered"]
    station.dies()


def test_a_restart_gives_the_source_time_to_speak(url: str) -> None:
    """After a night with the server off nothing is called silent at once, but five minutes later it is."""
    station = Station(url, MONDAY)
    last = station.minutes(MONDAY, 30)
    station.detector.stop()
    station.dies()
    station = Station(url, last + timedelta(hours=2))
    assert station.detector.look() == []
    station.now += timedelta(minutes=5, seconds=2)
    assert [gap.since for gap in station.detector.look()] == [last]
    station.dies()


def test_what_could_not_be_stored_is_told_at_the_next_look(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is down at the moment of silence delays the alert; it never loses or doubles it."""
    station = Station(url, MONDAY)
    last = station.minutes(MONDAY, 30)
    station.now = last + timedelta(minutes=6)
    with monkeypatch.context() as broken:

        def refuse(*_: object, **__: object) -> None:
            raise NotStored("the database is down")

        broken.setattr(station.journal, "append", refuse)
        station.detector.look()
    assert station.told() == []
    station.detector.look()
    station.detector.look()
    assert station.told() == ["silent"]
    station.dies()


def test_a_saved_state_that_makes_no_sense_is_learned_anew(url: str) -> None:
    """Garbage in the table costs the rhythm of that symbol, never the start."""
    station = Station(url, MONDAY)
    station.minutes(MONDAY, 30)
    station.detector.save()
    garbage = Change("UPDATE source_health SET state = :state WHERE symbol = 'MNQ1!'", {"state": "silent"})
    station.journal.append(Unit(changes=[garbage]))
    station.dies()
    station = Station(url, MONDAY + timedelta(minutes=31))
    station.hears(station.now)
    assert station.book.table(station.now)[0]["count"] == 31
    station.dies()


def test_the_loop_looks_by_itself_and_stops(url: str) -> None:
    """Started, it tells the silence without being asked; stopped, it has saved the book."""
    station = Station(url, MONDAY)
    last = station.minutes(MONDAY, 30)
    station.dies()
    station = Station(url, last)
    station.now = last + timedelta(minutes=6)
    book = HealthBook(lambda: [Settings("tradingview")])
    detector = GapDetector(station.journal, book, make("threads"), now=lambda: station.now, check_seconds=0.02)
    detector.start()
    station.now += timedelta(minutes=6)
    for _ in range(3_000):
        if station.told():
            break
        make("threads").sleep(0.02)
    detector.stop()
    assert station.told() == ["silent"]
    rows = station.journal.query("SELECT updated_at FROM source_health WHERE symbol = 'MNQ1!'")
    assert rows[0]["updated_at"] == rfc3339(station.now)
    station.dies()
