"""What a fact leads to is stored exactly once, in order, whatever fails on the way."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest

from events.envelope import Fact
from events.follower import Follower
from events.journal import Change, Entry, Journal, Unit
from runtime import Runtime
from tests.events.conftest import OpenJournal, fact, unit
from tests.support.patience import PATIENCE

MakeFollower = Callable[..., Follower]


def echo(facts: Sequence[Fact]) -> list[list[Entry]]:
    """An alert for each event."""
    return [
        [Entry(fact(f"echo {one.seq}", type="alert", data={"text": str(one.seq)}))] if one.type == "event" else []
        for one in facts
    ]


def echoes(journal: Journal) -> list[int]:
    return [int(one.data["text"]) for one in journal.after(0, 10_000) if one.type == "alert"]


def wait_idle(follower: Follower, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while follower.lag or not follower.seq:
        assert time.monotonic() < deadline, follower.stats()
        time.sleep(0.01)


@pytest.fixture
def make(threads: Runtime) -> Iterator[MakeFollower]:
    made: list[Follower] = []

    def start(journal: Journal, handle: object, name: str = "pipeline") -> Follower:
        made.append(Follower(journal, name, handle, threads, retry_base=0.01, max_attempts=3))  # type: ignore[arg-type]
        made[-1].start()
        return made[-1]

    yield start
    for follower in made:
        follower.stop(5.0)


def test_each_fact_is_handled_once_in_order(journal: Journal, make: MakeFollower) -> None:
    """Waiting facts are handled in batches, new ones as they come; each leads to its output once."""
    journal.append(Unit([Entry(fact()) for _ in range(150)]))
    follower = make(journal, echo)
    wait_idle(follower)
    journal.append(unit(fact()))
    wait_idle(follower)
    found = echoes(journal)
    assert len(found) == 151
    assert found == sorted(set(found))


def test_a_restarted_follower_goes_on_where_it_was(
    journal: Journal, make: MakeFollower, opened: OpenJournal, url: str
) -> None:
    """The cursor is durable: a second follower under the name handles nothing again."""
    journal.append(Unit([Entry(fact()) for _ in range(10)]))
    first = make(journal, echo)
    wait_idle(first)
    first.stop(5.0)
    journal.close()
    again = opened(url)
    again.append(unit(fact()))
    wait_idle(make(again, echo))
    assert len(echoes(again)) == 11


def test_a_fact_that_cannot_be_handled_is_set_aside(journal: Journal, make: MakeFollower) -> None:
    """After its attempts it is a dead letter with an `error` fact; the facts before and behind it are handled."""
    tries: Counter[str] = Counter()

    def handle(facts: Sequence[Fact]) -> list[list[Entry]]:
        for one in facts:
            tries[one.message] += 1
            if one.message == "poison":
                raise ValueError("can't swallow this")
        return echo(facts)

    journal.append(unit(fact("one"), fact("poison"), fact("three")))
    follower = make(journal, handle)
    wait_idle(follower)
    assert echoes(journal) == [1, 3]
    (letter,) = journal.query("SELECT follower, seq, attempts, error, state FROM dead_letters")
    assert letter["error"] == "ValueError: can't swallow this"
    assert (letter["follower"], letter["seq"], letter["attempts"], letter["state"]) == ("pipeline", 2, 3, "waiting")
    (told,) = [one for one in journal.after(0) if one.type == "error"]
    assert (told.data["code"], told.data["seq"], told.level) == ("dead_letter", 2, "ERROR")
    assert tries["poison"] == 4, "once in the batch, then alone as often as allowed"
    assert follower.stats()["dead"] == 1


def test_an_output_that_the_database_refuses_is_a_failure_of_its_fact(journal: Journal, make: MakeFollower) -> None:
    """A handler's impossible table change sets its own fact aside and no other."""

    def handle(facts: Sequence[Fact]) -> list[list[Entry]]:
        outputs = echo(facts)
        for one, made in zip(facts, outputs, strict=True):
            if one.message == "bad change":
                made[0] = Entry(made[0].fact, [Change("UPDATE no_such_table SET a = 1")])
        return outputs

    journal.append(unit(fact("one"), fact("bad change"), fact("three")))
    wait_idle(make(journal, handle))
    assert echoes(journal) == [1, 3]
    assert journal.query("SELECT seq FROM dead_letters") == [{"seq": 2}]


def test_a_failure_that_passes_leaves_no_trace(journal: Journal, make: MakeFollower) -> None:
    """A handler that fails twice and then works: one output, no dead letter."""
    failing = iter([True, True])

    def handle(facts: Sequence[Fact]) -> list[list[Entry]]:
        if next(failing, False):
            raise TimeoutError
        return echo(facts)

    journal.append(unit(fact()))
    wait_idle(make(journal, handle))
    assert echoes(journal) == [1]
    assert journal.query("SELECT id FROM dead_letters") == []


def test_two_followers_under_one_name_do_not_double(opened: OpenJournal, url: str, make: MakeFollower) -> None:
    """Two processes that both believe they run the pipeline: the cursor lets each effect through once."""
    journals = [opened(url), opened(url)] if url.startswith("postgres") else [opened(url)] * 2
    for journal in journals:
        make(journal, echo)
    for _ in range(60):
        journals[0].append(unit(fact()))
    deadline = time.monotonic() + PATIENCE
    while len(echoes(journals[0])) < 60 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    assert Counter(echoes(journals[0])).most_common(1)[0][1] == 1
    assert len(echoes(journals[0])) == 60


def test_it_knows_what_it_takes_next(journal: Journal, threads: Runtime, make: MakeFollower) -> None:
    """Only while it follows, only what it has not handled, and only of the next batch."""
    journal.append(Unit([Entry(fact()) for _ in range(10)]))
    assert not Follower(journal, "never started", echo, threads).takes_next(11)
    follower = make(journal, echo)
    wait_idle(follower)
    assert [follower.takes_next(follower.seq + n) for n in (0, 1, 64, 65)] == [False, True, True, False]
    follower.stop(5.0)
    assert not follower.takes_next(follower.seq + 1)


def test_stopping_does_not_wait_for_a_long_pause(journal: Journal, threads: Runtime) -> None:
    """A follower that waits to retry ends within moments when it is told to."""

    def fail(facts: Sequence[Fact]) -> list[list[Entry]]:
        raise ValueError

    follower = Follower(journal, "slow", fail, threads, retry_base=20.0)
    journal.append(unit(fact()))
    follower.start()
    time.sleep(0.2)
    began = time.monotonic()
    follower.stop(PATIENCE)
    assert time.monotonic() - began < 10  # of the 20 s of its pause
    assert not follower.stats()["running"]
