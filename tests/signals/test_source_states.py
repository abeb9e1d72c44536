"""A source's past as segments: live, silent, closed; and unknown, never stretched over, where nobody can know."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from events.clock import rfc3339
from events.envelope import Fact
from events.journal import Entry, Journal, Unit, open_journal
from runtime import make
from signals import projection, source_states, trouble
from signals.gap_detector import GapDetector
from signals.gaps import Gap
from signals.health import HealthBook
from signals.source_states import Known, Spans, segments
from tests.signals.desk import database
from tests.signals.test_health import MONDAY, Settings

HOUR = timedelta(hours=1)
SAVED_S = 600.0


def told(found: list[dict[str, str]]) -> list[tuple[str, str | None, float]]:
    """State, reason and length in hours of each segment, which must touch."""
    for one, after in pairwise(found):
        assert one["to"] == after["from"]
    hours = [
        (datetime.fromisoformat(one["to"]) - datetime.fromisoformat(one["from"])).total_seconds() / 3600
        for one in found
    ]
    return [(one["state"], one["reason"], round(length, 3)) for one, length in zip(found, hours, strict=True)]


def known(**more: object) -> Known:
    facts = {
        "watched": Spans([(MONDAY, MONDAY + 24 * HOUR)]),
        "silent": Spans([]),
        "calendars": frozenset(["always"]),
        "heard_from": MONDAY,
        "learned_from": MONDAY,
    }
    return Known(**{**facts, **more})  # type: ignore[arg-type]


def test_a_time_in_which_nobody_watched_is_unknown() -> None:
    """Before the desk ran and while it was down; the silence that was told before goes on only where it was watched."""
    facts = known(
        watched=Spans([(MONDAY, MONDAY + 2 * HOUR), (MONDAY + 5 * HOUR, MONDAY + 8 * HOUR)]),
        silent=Spans([(MONDAY + HOUR, MONDAY + 6 * HOUR)]),
    )
    assert told(segments(facts, MONDAY - HOUR, MONDAY + 9 * HOUR)) == [
        ("unknown", "not_watched", 1.0),
        ("live", None, 1.0),
        ("silent", None, 1.0),
        ("unknown", "not_watched", 3.0),
        ("silent", None, 1.0),
        ("live", None, 2.0),
        ("unknown", "not_watched", 1.0),
    ]


def test_a_rhythm_that_is_not_known_yet_is_unknown() -> None:
    """Before the first alert and while it is learned nobody can tell live from silent."""
    facts = known(heard_from=MONDAY + HOUR, learned_from=MONDAY + 3 * HOUR)
    assert told(segments(facts, MONDAY, MONDAY + 4 * HOUR)) == [
        ("unknown", "never_heard", 1.0),
        ("unknown", "learning", 2.0),
        ("live", None, 1.0),
    ]
    never = known(heard_from=None, learned_from=None)
    assert told(segments(never, MONDAY, MONDAY + HOUR)) == [("unknown", "never_heard", 1.0)]


def test_a_closed_market_is_closed_and_not_silent() -> None:
    """Globex closes for an hour at 16:00 Chicago; a source of crypto beside it never does."""
    facts = known(calendars=frozenset(["cme"]), silent=Spans([(MONDAY + 6 * HOUR, MONDAY + 9 * HOUR)]))
    assert told(segments(facts, MONDAY, MONDAY + 10 * HOUR)) == [
        ("live", None, 6.0),
        ("silent", None, 1.0),
        ("closed", None, 1.0),
        ("silent", None, 1.0),
        ("live", None, 1.0),
    ]
    both = known(calendars=frozenset(["cme", "crypto"]))
    assert told(segments(both, MONDAY, MONDAY + 10 * HOUR)) == [("live", None, 10.0)]


class Past:
    """A journal whose facts happened when the test says, and the detector that lived through them."""

    def __init__(self, url: str, now: datetime) -> None:
        self.journal: Journal = open_journal(url, make("threads"))
        self.now = now
        book = HealthBook(lambda: [Settings("tradingview")])
        self.detector = GapDetector(self.journal, book, make("threads"), now=lambda: self.now, save_seconds=SAVED_S)
        self.detector.restore()

    def hears(self, n: int) -> None:
        row = {"id": f"{n}-{self.now}", "kind": "info", "verdict": "none", "status": "recorded", "timings": {}}
        row |= {"source": "tradingview", "symbol": "BTCUSD", "interval": "1", "exchange": "COINBASE"}
        row |= {"received_at": rfc3339(self.now), "extra": {}, "reasons": [], "targets": []}
        said = {"source": "tradingview", "message": "", "id": row["id"], "timestamp": rfc3339(self.now)}
        fact = Fact(type="signal_received", data=row, **said)
        self.journal.append(Unit(entries=[Entry(fact, projection.changes(fact))]))

    def minutes(self, count: int) -> None:
        for n in range(count):
            self.hears(n)
            self.detector.look()
            self.now += timedelta(minutes=1)

    def silence(self, minutes: int) -> None:
        for _ in range(minutes // 10):
            self.now += timedelta(minutes=10)
            self.detector.look()

    def states(self, first: datetime) -> list[tuple[str, str | None, float]]:
        found = source_states.read(
            self.journal, "tradingview", first, self.now, self.now, expected=False, saved_every_s=SAVED_S
        )
        return told(found)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return database(tmp_path)


def test_the_past_of_a_real_detector(url: str) -> None:
    """An hour of alerts, an hour of silence, alerts again, the desk killed for two hours, alerts again.

    Seen to fail with the watch's row not written in `GapDetector.save`, and with it stretched to the next start.
    """
    past = Past(url, MONDAY)
    past.minutes(60)
    past.silence(60)
    past.minutes(60)
    assert past.states(MONDAY) == [
        ("unknown", "learning", 0.333),
        ("live", None, 0.65),
        ("silent", None, 1.017),
        ("live", None, 1.0),
    ]
    past.journal.close()
    past = Past(url, past.now + 2 * HOUR)
    past.minutes(60)
    end = past.states(MONDAY + 3 * HOUR)
    assert [state for state, _, _ in end] == ["unknown", "live"]
    assert 2.0 <= end[0][2] < 2.2
    past.journal.close()


def test_silences_are_listed_with_their_ends(url: str) -> None:
    """Newest first; one that lasts has no end; each page begins where the one before it ended."""
    journal = open_journal(url, make("threads"))
    for n in range(3):
        since = MONDAY + n * 24 * HOUR
        silence = Gap("tradingview", "BTCUSD", "1", since, None, 60.0, 300.0, None)
        over = replace(silence, until=since + HOUR, missed=59)
        for gap in (silence, over)[: 1 if n == 2 else 2]:
            journal.append(Unit(entries=[Entry(gap.fact())]))
    first = trouble.gaps(journal, None, 2)
    rest = trouble.gaps(journal, "tradingview", 2, first["next"])
    assert [gap["until"] is None for gap in first["items"]] == [True, False]
    (oldest,) = rest["items"]
    assert (oldest["since"], oldest["until"]) == (rfc3339(MONDAY), rfc3339(MONDAY + HOUR))
    assert (oldest["missed"], oldest["expected_every_s"]) == (59, 60.0)
    assert rest["next"] is None
    assert trouble.gaps(journal, "another")["items"] == []
    journal.close()


def test_the_day_has_its_weekend() -> None:
    """From Friday's close to Sunday's open Globex is one closed segment of 49 hours."""
    friday = datetime(2026, 1, 16, 21, 0, tzinfo=UTC)
    facts = known(watched=Spans([(friday, friday + 72 * HOUR)]), calendars=frozenset(["cme"]))
    found = told(segments(facts, friday, friday + 60 * HOUR))
    assert ("closed", None, 49.0) in found, found
