"""One process does what must be done once; another takes over, and who was overtaken can't commit."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from events.envelope import Fact
from events.errors import LeaseLost
from events.follower import Follower
from events.journal import Entry, Journal, Unit
from events.lease import Lease
from runtime import Runtime
from tests.events.conftest import OpenJournal, fact, unit
from tests.events.test_follower import echo, echoes
from tests.support.patience import PATIENCE

# A holder that the machine keeps from renewing for as long as its lease lasts has, rightly, lost it.
SECONDS, RENEW = 3.0, 0.1
LONG = 40.0  # for tests in which nobody waits until it has run out
MakeLease = Callable[..., Lease]


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began


@pytest.fixture
def make(threads: Runtime) -> Iterator[MakeLease]:
    made: list[Lease] = []

    def start(journal: Journal, holder: str, seconds: float = SECONDS, **more: object) -> Lease:
        made.append(Lease(journal, threads, holder, seconds=seconds, renew_seconds=RENEW, **more))  # type: ignore[arg-type]
        made[-1].start()
        return made[-1]

    yield start
    for lease in made:
        lease.stop(1.0)


def die(lease: Lease) -> None:
    """End without a word, as `kill -9` would: no renewal, nothing given back."""
    lease._stopping = True
    lease._wake.set()
    assert lease._task is not None
    lease._task.join(PATIENCE)


@pytest.mark.postgres
def test_one_holds_it_and_the_other_takes_over(opened: OpenJournal, postgres_url: str, make: MakeLease) -> None:
    """Of two candidates one holds; when it dies the other does within the lease's time, in the next term."""
    first = make(opened(postgres_url), "first")
    wait_for(lambda: first.held)
    second = make(opened(postgres_url), "second")
    time.sleep(SECONDS + RENEW)
    assert (first.held is not None, second.held) == (True, None)
    assert second.describe()["holder"] == "first"
    assert second.describe()["silent_since"] is None
    term = first.held
    die(first)
    wait_for(lambda: second.held)
    assert term is not None
    assert second.held is not None
    assert second.held.number == term.number + 1


@pytest.mark.postgres
def test_a_clean_stop_gives_it_back_at_once(opened: OpenJournal, postgres_url: str, make: MakeLease) -> None:
    """A standby need not wait until the lease runs out when its holder says goodbye."""
    first = make(opened(postgres_url), "first", LONG)
    wait_for(lambda: first.held)
    second = make(opened(postgres_url), "second", LONG)
    time.sleep(RENEW)
    first.stop()
    assert wait_for(lambda: second.held) < LONG / 2


def test_the_same_holder_has_it_again_at_once(journal: Journal, opened: OpenJournal, url: str, make: MakeLease) -> None:
    """A process that comes back after a crash does not wait for itself, and what it began before is refused."""
    first = make(journal, "folder", LONG)
    wait_for(lambda: first.held)
    old = first.held
    die(first)
    again = make(opened(url), "folder", LONG)
    assert wait_for(lambda: again.held) < LONG / 2
    with pytest.raises(LeaseLost):
        journal.append(Unit([Entry(fact())], lease=old))
    assert journal.append(Unit([Entry(fact())], lease=again.held)).facts


def test_sqlite_takes_it_whoever_held_it(opened: OpenJournal, sqlite_url: str, make: MakeLease) -> None:
    """The folder's lock has proved that nobody else lives, so another name, as after a reboot, need not wait."""
    first = make(opened(sqlite_url), "before the reboot", LONG)
    wait_for(lambda: first.held)
    die(first)
    second = make(opened(sqlite_url), "after it", LONG)
    assert wait_for(lambda: second.held) < LONG / 2


@pytest.mark.postgres
def test_who_may_not_hold_it_sees_when_the_worker_fell_silent(
    opened: OpenJournal, postgres_url: str, make: MakeLease
) -> None:
    """A web never takes the lease; it knows who holds it, what that told, and since when nobody does."""
    web = make(opened(postgres_url), "web", candidate=False)
    wait_for(lambda: web.describe()["silent_since"])
    assert web.describe()["holder"] is None
    worker = make(opened(postgres_url), "worker", told=lambda: [{"name": "pipeline", "seq": 7, "lag": 0}])
    wait_for(lambda: web.describe()["silent_since"] is None)
    wait_for(lambda: web.told() == [{"name": "pipeline", "seq": 7, "lag": 0}])
    die(worker)
    wait_for(lambda: web.describe()["silent_since"])
    assert web.describe()["holder"] == "worker"
    assert web.held is None


@pytest.mark.postgres
def test_a_follower_that_was_overtaken_commits_nothing(
    opened: OpenJournal, postgres_url: str, threads: Runtime, make: MakeLease
) -> None:
    """Another takes the lease while one works at a batch: what that brings is refused, and the other does it, once.

    Seen to fail with `lease=` left out of the follower's unit: the five are echoed by the one that was overtaken.
    """
    journals = [opened(postgres_url), opened(postgres_url)]
    slow = make(journals[0], "slow")
    wait_for(lambda: slow.held)
    journals[0].append(Unit([Entry(fact()) for _ in range(5)]))
    overtaken = threading.Event()
    asked: list[int] = []

    def stall(facts: Sequence[Fact]) -> list[list[Entry]]:
        """The whole process stands still until the lease has run out and is another's."""
        asked.append(len(facts))
        die(slow)
        assert overtaken.wait(PATIENCE)
        return echo(facts)

    read_anew: list[str] = []
    first = Follower(journals[0], "pipeline", stall, threads, lease=slow, forget=lambda: read_anew.append("cursor"))
    first.start()
    wait_for(lambda: asked)
    quick = make(journals[1], "quick")
    wait_for(lambda: quick.held)
    overtaken.set()
    time.sleep(4 * RENEW)
    assert echoes(journals[1]) == []
    second = Follower(journals[1], "pipeline", echo, threads, lease=quick)
    second.start()
    wait_for(lambda: len(echoes(journals[1])) == 5)
    journals[0].append(unit(fact()))
    wait_for(lambda: len(echoes(journals[1])) == 6)
    assert (asked, slow.held, read_anew) == ([5], None, ["cursor"])
    for follower in (first, second):
        follower.stop(PATIENCE)
