"""A source that falls silent is told once, in time, and a quiet market is never taken for one."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from events.clock import rfc3339
from events.envelope import Fact
from signals import gaps
from signals.health import HealthBook
from tests.signals.test_health import MONDAY, Settings, alert

CHICAGO = ZoneInfo("America/Chicago")
LOOK_EVERY = timedelta(seconds=2)


class Watch:
    """A book with a clock: `runs_to` looks as the detector does, and what it finds is told back as facts."""

    def __init__(self, start: datetime, *settings: Settings, look_every: timedelta = LOOK_EVERY) -> None:
        self.book = HealthBook(lambda: settings)
        self.now, self.look_every, self.seq = start, look_every, 0
        self.found: list[tuple[datetime, gaps.Gap]] = []

    def runs_to(self, end: datetime) -> None:
        while self.now + self.look_every <= end:
            self.now += self.look_every
            for gap in gaps.check(self.book, self.now):
                self.found.append((self.now, gap))
                self._observe(gap.fact())
        self.now = end

    def hears(self, at: datetime, symbol: str | None = "MNQ1!") -> None:
        self.runs_to(at)
        self._observe(alert(0, at, symbol=symbol))

    def _observe(self, fact: Fact) -> None:
        self.seq += 1
        self.book.observe(
            Fact(
                type=fact.type, source=fact.source, symbol=fact.symbol, message=fact.message, data=fact.data,
                epoch="e", seq=self.seq,
            )
        )  # fmt: skip

    @property
    def states(self) -> list[str]:
        return [gap.state for _, gap in self.found]


def minutes(watch: Watch, start: datetime, count: int) -> datetime:
    """`count` alerts, one a minute; the time of the last."""
    for n in range(count):
        watch.hears(start + timedelta(minutes=n))
    return start + timedelta(minutes=count - 1)


def test_a_minute_source_that_stops_is_found_within_five_minutes_and_five_seconds() -> None:
    """One alert when silence begins, none while it lasts, one when it ends, with the number missed."""
    watch = Watch(MONDAY)
    last = minutes(watch, MONDAY, 40)
    watch.runs_to(last + timedelta(hours=1))
    ((at, silent),) = watch.found
    assert timedelta(minutes=5) < at - last <= timedelta(minutes=5, seconds=5)
    assert (silent.since, silent.expected_every_s, silent.threshold_s, silent.missed) == (last, 60.0, 300.0, None)
    watch.hears(last + timedelta(hours=1))
    watch.runs_to(last + timedelta(hours=1, minutes=1))
    assert watch.states == ["silent", "recovered"]
    back = watch.found[1][1]
    assert (back.since, back.until, back.missed) == (last, last + timedelta(hours=1), 59)


@pytest.mark.parametrize("seed", range(20))
def test_a_random_source_raises_at_most_one_false_alarm_in_thirty_days(seed: int) -> None:
    """Ten alerts a day at random instants on a market that never closes; the seed is in the name."""
    dice = random.Random(seed)
    watch = Watch(MONDAY, look_every=timedelta(minutes=2))
    at = MONDAY
    while at < MONDAY + timedelta(days=30):
        watch.hears(at, "BTCUSDT")
        at += timedelta(seconds=dice.expovariate(10 / 86_400))
    assert watch.states.count("silent") <= 1


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("2026-01-09T15:59", "2026-01-11T17:00"),  # a weekend
        ("2026-01-13T15:59", "2026-01-13T17:00"),  # the daily break
        ("2026-01-19T11:59", "2026-01-19T17:00"),  # Martin Luther King's day stops at noon
        ("2026-04-03T08:14", "2026-04-05T17:00"),  # Good Friday with the jobs report
        ("2026-11-27T12:14", "2026-11-29T17:00"),  # the day after Thanksgiving
        ("2026-12-24T12:14", "2026-12-27T17:00"),  # Christmas
    ],
)
def test_a_closed_market_is_not_silence(last: str, first: str) -> None:
    """A minute source that pauses exactly while Globex is closed raises nothing, and is watched again afterwards."""
    end, start = (datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC) for text in (last, first))
    watch = Watch(end - timedelta(minutes=60), look_every=timedelta(minutes=1))
    minutes(watch, end - timedelta(minutes=40), 41)
    minutes(watch, start, 30)
    assert watch.states == []
    watch.runs_to(start + timedelta(minutes=36))
    assert watch.states == ["silent"]


def test_silence_at_the_opening_is_found_minutes_after_it() -> None:
    """A source that dies over the weekend is told five open minutes after Sunday's opening."""
    friday = datetime(2026, 1, 9, 15, 59, tzinfo=CHICAGO).astimezone(UTC)
    watch = Watch(friday - timedelta(hours=1), look_every=timedelta(seconds=5))
    minutes(watch, friday - timedelta(minutes=40), 41)
    sunday = datetime(2026, 1, 11, 17, tzinfo=CHICAGO)
    watch.runs_to(sunday + timedelta(minutes=10))
    ((at, _),) = watch.found
    assert timedelta(minutes=4) <= at - sunday <= timedelta(minutes=4, seconds=10)


def test_a_learning_source_raises_nothing_unless_its_cadence_is_set() -> None:
    """Five alerts say nothing about a rhythm; with `expected_every_s` the source as a whole is held to it."""
    for expected, states in ((None, []), (600.0, ["silent"])):
        watch = Watch(MONDAY, Settings("tradingview", expected_every_s=expected), look_every=timedelta(seconds=5))
        last = minutes(watch, MONDAY, 5)
        watch.runs_to(last + timedelta(hours=2))
        assert watch.states == states
        assert all(gap.symbol is None for _, gap in watch.found)


def test_a_set_cadence_looks_at_the_whole_source() -> None:
    """One symbol's pause is no silence while the source speaks of another."""
    watch = Watch(MONDAY, Settings("tradingview", expected_every_s=300.0), look_every=timedelta(seconds=5))
    minutes(watch, MONDAY, 5)
    for n in range(5, 60):
        watch.hears(MONDAY + timedelta(minutes=n), "BTCUSDT")
    assert watch.states == []


def test_a_muted_source_raises_nothing_until_its_time() -> None:
    """Muted until 16:00, the silence is told at 16:00."""
    until = MONDAY + timedelta(hours=2)
    watch = Watch(MONDAY, Settings("tradingview", muted_until=rfc3339(until)), look_every=timedelta(seconds=5))
    minutes(watch, MONDAY, 30)
    watch.runs_to(until - timedelta(seconds=5))
    assert watch.states == []
    watch.runs_to(until + timedelta(seconds=5))
    assert watch.states == ["silent"]


def test_what_is_said_twice_has_one_id() -> None:
    """The fact's id is made from its content, a UUIDv7 of the silence's begin; begin and end differ."""
    begins = gaps.Gap("tradingview", "MNQ1!", "1", MONDAY, None, 60.0, 300.0, None)
    ends = gaps.Gap("tradingview", "MNQ1!", "1", MONDAY, MONDAY + timedelta(hours=1), 60.0, 300.0, 59)
    assert begins.fact().id == begins.fact().id != ends.fact().id
    assert begins.fact().id[14] == "7"
    assert int(begins.fact().id.replace("-", "")[:12], 16) == int(MONDAY.timestamp() * 1000)


def test_the_check_changes_nothing() -> None:
    """Asked twice it answers the same: only facts change the book."""
    watch = Watch(MONDAY)
    last = minutes(watch, MONDAY, 30)
    late = last + timedelta(minutes=10)
    assert gaps.check(watch.book, late) == gaps.check(watch.book, late) != []
