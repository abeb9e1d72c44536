"""An old journal stays readable: facts of every older version are read in today's shape, wherever they are read."""

import dataclasses
import sqlite3
from typing import Any

import pytest

from events import catalogue, upcasting
from events.journal import EventFilter, Journal
from tests.events.conftest import OpenJournal, fact, unit


def second(data: dict[str, Any]) -> dict[str, Any]:
    """v1 → v2: `text` became `raw`."""
    return {"event_type": data["event_type"], "raw": data["text"]}


def third(data: dict[str, Any]) -> dict[str, Any]:
    """v2 → v3: the length stands beside it."""
    return {**data, "length": len(data["raw"])}


@pytest.fixture
def old(opened: OpenJournal, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Journal:
    """A database with one fact of each version of `event`, opened by a desk whose version is 3."""
    monkeypatch.setattr(upcasting, "UPCASTERS", {("event", 1): second, ("event", 2): third})
    for version, data in (
        (1, {"event_type": "info", "text": "found me"}),
        (2, {"event_type": "info", "raw": "found me"}),
        (3, {"event_type": "info", "raw": "found me", "length": 8}),
    ):
        rise(monkeypatch, version)
        journal = opened(sqlite_url)
        journal.append(unit(fact(f"as of version {version}", data=data)))
        journal.close(5.0)
    return opened(sqlite_url)


def rise(monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    spec = dataclasses.replace(catalogue.TYPES["event"], version=version)
    monkeypatch.setitem(catalogue.TYPES, "event", spec)


def test_each_version_is_stored_as_written_and_read_as_of_today(old: Journal, sqlite_url: str) -> None:
    """The rows keep their own version and shape; memory, database and search all give the third's.

    Seen to fail with a reader that decoded the row's data by itself."""
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as raw:
        stored = raw.execute("SELECT version, data LIKE '%text%' FROM journal ORDER BY seq").fetchall()
    assert stored == [(1, 1), (2, 0), (3, 0)]
    today = [{"event_type": "info", "raw": "found me", "length": 8}] * 3
    assert [one.data for one in old.ring_after(0) or ()] == today
    assert [one.data for one in old._readers_after(0, 10)] == today
    assert [one.data for one in old.search(EventFilter(types=["event"])).items] == today


def test_text_is_found_under_its_old_name_too(old: Journal) -> None:
    """The raw text of a fact of version 1 stands in another field; a search looks at today's."""
    assert [one.seq for one in old.search(EventFilter(q="found me")).items] == [1, 2, 3]


def test_what_a_newer_desk_wrote_stays_as_it_is(old: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes of different age on one database: the older one hands on what it does not understand."""
    rise(monkeypatch, 2)
    assert [sorted(one.data) for one in old._readers_after(0, 10)] == [
        ["event_type", "raw"],
        ["event_type", "raw"],
        ["event_type", "length", "raw"],
    ]


def test_every_step_that_a_version_asks_for_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A raised version without its upcaster would make old journals unreadable; this is where it shows."""
    assert upcasting.missing() == []
    assert set(upcasting.UPCASTERS) <= {(n, v) for n, s in catalogue.TYPES.items() for v in range(1, s.version)}
    rise(monkeypatch, 3)
    assert upcasting.missing() == [("event", 1), ("event", 2)]
