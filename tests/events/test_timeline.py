"""The chart of the journal counts what is there, says what it did not count, and finds the place of a time."""

from datetime import UTC, datetime, timedelta

import pytest

from events import timeline
from events.clock import rfc3339
from events.journal import EventFilter, Journal, Unit
from events.units import Entry
from tests.events.conftest import fact

BEGIN = datetime(2026, 1, 7, 14, 30, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


@pytest.fixture
def filled(journal: Journal) -> Journal:
    """120 facts, one a second from 14:30; every tenth an error of another source."""
    facts = [
        fact(
            f"message {n}",
            timestamp=rfc3339(at(n)),
            level="INFO" if n % 10 else "ERROR",
            source="a" if n % 10 else "b",
            data={"event_type": "scan" if n % 2 else "order"},
        )
        for n in range(120)
    ]
    journal.append(Unit([Entry(one) for one in facts]))
    return journal


def total(found: timeline.Timeline) -> int:
    return sum(sum(counts.values()) for counts in found.counts.values())


@pytest.mark.parametrize(
    ("when", "seq"), [(at(-60), 1), (at(0), 1), (at(0.5), 2), (at(60), 61), (at(119), 120), (at(500), 121)]
)
def test_a_time_has_its_place(filled: Journal, when: datetime, seq: int) -> None:
    """The first fact at that time or later; the next to come where there is none."""
    assert filled.seq_at(when) == seq


def test_an_empty_journal_has_no_steps(journal: Journal) -> None:
    """Nothing to count is counted as nothing, and nothing was left out."""
    found = journal.timeline(EventFilter(), None, at(0))
    assert (found.counts, found.counted_from, journal.seq_at(at(0))) == ({}, None, 1)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (EventFilter(), 120),
        (EventFilter(types=["event"]), 120),
        (EventFilter(types=[]), 0),
        (EventFilter(levels=["ERROR"]), 12),
        (EventFilter(source="b", levels=["ERROR", "INFO"]), 12),
        (EventFilter(kinds=["scan"]), 60),
        (EventFilter(q="message 11"), 11),
        (EventFilter(regex=r"\b7$"), 1),
    ],
)
def test_each_filter_is_counted(filled: Journal, wanted: EventFilter, number: int) -> None:
    """By index, by column or by text: what the list would show."""
    assert total(filled.timeline(wanted, None, at(500))) == number


def test_steps_fit_the_span(filled: Journal) -> None:
    """A second each while they fit, else ten, a minute…; a step is named by its beginning; the end does not count."""
    found = filled.timeline(EventFilter(), at(10), at(40))
    assert (found.step_s, len(found.counts), total(found)) == (1, 30, 30)
    found = filled.timeline(EventFilter(), at(0), at(3_000))
    assert found.step_s == 10
    assert found.counts["2026-01-07T14:30:50Z"] == {"INFO": 9, "ERROR": 1}
    found = filled.timeline(EventFilter(), at(-86_400 * 300), at(500))
    assert (found.step_s, list(found.counts)) == (86_400, ["2026-01-07T00:00:00Z"])


def test_what_was_not_counted_is_said(filled: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the chart does not show an emptiness that may not be one."""
    monkeypatch.setattr(timeline, "MOST_COUNTED", 50)
    found = filled.timeline(EventFilter(), at(0), at(500))
    assert (total(found), found.counted_from) == (50, at(70))
    monkeypatch.setattr(timeline, "MOST_MATCHED", 5)
    found = filled.timeline(EventFilter(q="message"), at(0), at(500))
    assert (total(found), found.counted_from) == (5, at(115))
