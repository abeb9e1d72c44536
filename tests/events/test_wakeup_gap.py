"""Which commits another process hears of at once by a carrier that tells them one by one, and which together."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from events.bus import Bus
from events.databases.contract import Statement
from events.journal import Journal
from events.wakeups import Wakeups
from events.wakeups.contract import Away
from events.wakeups.messages import Speech
from runtime import Runtime
from tests.events.conftest import OpenJournal, fact, unit
from tests.support.patience import PATIENCE

KEY, GAP = "a secret of the desk", 0.123


class Gaps:
    """A runtime whose gaps last until they are ended; `waiting` is done in each other wait."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.waiting: Callable[[], None] = lambda: None
        self._begun, self._ended = threading.Semaphore(0), threading.Semaphore(0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runtime, name)

    def sleep(self, seconds: float) -> None:
        if seconds == GAP:
            self._begun.release()
            assert self._ended.acquire(timeout=PATIENCE)
        elif seconds > 0:
            self.waiting()

    def begun(self) -> None:
        assert self._begun.acquire(timeout=PATIENCE)

    def over(self) -> None:
        """One ends, and the next begins."""
        self._ended.release()
        self.begun()

    def end(self) -> None:
        self._ended.release(1000)


class Noted:
    """A carrier that notes what it was to send; `fails` so many times."""

    name = "noted"
    most_bytes = 64 * 1024
    in_commit: Statement | None = None

    def __init__(self) -> None:
        self.said: list[tuple[str, Sequence[str]]] = []
        self.fails = 0
        self.closing = threading.Event()
        self._listens = False

    def send_at_once(self, text: str) -> bool:
        self.said.append(("at once", [text]))
        return True

    def send(self, texts: Sequence[str]) -> None:
        if self.fails:
            self.fails -= 1
            raise Away("fails")
        if texts:
            self.said.append(("together", list(texts)))

    def receive(self) -> list[str]:
        if self._listens:
            self.closing.wait(PATIENCE)
        self._listens = True
        return []

    def close_sending(self) -> None:
        """Nothing is open."""

    def close_receiving(self) -> None:
        """Nothing is open."""


class Desk:
    """One process whose gap has begun with its hello."""

    def __init__(self, journal: Journal, threads: Runtime) -> None:
        self.journal, self.gaps, self.carrier = journal, Gaps(threads), Noted()
        bus = Bus(threads, per_second=1000.0)
        own = frozenset({"system_health_update"})
        told: Any = self.carrier
        runtime: Any = self.gaps
        self.wakeups = Wakeups(journal, bus, runtime, told, "here", key=KEY, own=own, gap_seconds=GAP)
        self.wakeups.start()
        self.gaps.begun()
        self.carrier.said.clear()

    def commit(self, *messages: str) -> None:
        for message in messages:
            self.journal.append(unit(fact(message)))

    def said(self) -> list[tuple[str, list[str]]]:
        """How, and the facts' messages, "" of a text that brings none."""
        speech = Speech("there", self.journal.epoch, KEY)
        told = [(how, [speech.understand(text) for text in texts]) for how, texts in self.carrier.said]
        self.carrier.said.clear()
        assert all(one is not None for _, several in told for one in several)
        return [(how, [one.facts[0].message if one and one.facts else "" for one in several]) for how, several in told]


@pytest.fixture
def desk(threads: Runtime, opened: OpenJournal, sqlite_url: str) -> Iterator[Desk]:
    made = Desk(opened(sqlite_url), threads)
    yield made
    made.wakeups.stop()
    made.gaps.end()
    made.carrier.closing.set()


def test_the_first_commit_in_a_gap_is_told_at_once(desk: Desk) -> None:
    """And those behind it together, in order, at the gap's end; in the next gap the same again.

    Seen to fail with a gap in which nothing is told: a second web began when the first one was done.
    """
    desk.commit("a", "b", "c")
    assert desk.said() == [("at once", ["a"])]
    desk.gaps.over()
    assert desk.said() == [("together", ["b", "c"])]
    desk.commit("d")
    assert desk.said() == [("at once", ["d"])]
    desk.gaps.over()
    assert desk.said() == []


def test_after_a_failure_nothing_goes_before_what_failed(desk: Desk) -> None:
    """What was told at once and never confirmed is found by what is told next: whoever misses some reads the journal.

    Seen to fail with waits after a failure in which commits are told at once, as in a gap.
    """
    later = iter(["b", "c"])
    desk.gaps.waiting = lambda: desk.commit(next(later))
    desk.carrier.fails = 2
    desk.commit("a")
    assert desk.said() == [("at once", ["a"])]
    desk.gaps.over()
    assert desk.said() == [("together", ["c"])]
    desk.commit("d")
    assert desk.said() == [("at once", ["d"])]
