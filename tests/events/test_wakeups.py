"""What one process commits or publishes, the others hear at once, by Redis or by Postgres, and never twice."""

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
import redis

from events.bus import Bus
from events.envelope import Fact, Passing
from events.journal import READING_SECONDS, READING_THREADS, Journal, open_journal
from events.rows import to_row
from events.wakeups import Wakeups, carrier_for, wakeups
from events.wakeups.messages import SEAL_CHARS, Speech
from events.wakeups.wakeups import HELLO_SECONDS
from runtime import Runtime
from tests.events.conftest import fact, unit
from tests.events.test_lease import wait_for
from tests.support.patience import PATIENCE
from tests.support.redis import RedisServer

pytestmark = pytest.mark.postgres
KEY = "a secret of the desk"
OWN = frozenset({"system_health_update"})


class Process:
    """As much of a process as hears and tells: a journal that hardly polls, a bus, and wake-ups."""

    def __init__(self, name: str, runtime: Runtime, database_url: str, redis_url: str) -> None:
        self.journal: Journal = open_journal(database_url, runtime, poll_seconds=20.0)
        self.facts: list[Fact] = []
        self.journal.listen(self.facts.extend)
        self.bus = Bus(runtime, per_second=1000.0)
        self.heard: list[Passing] = []
        self.bus.listen(self.heard.append)
        carrier = carrier_for(runtime, self.journal.epoch, database_url=database_url, redis_url=redis_url)
        self.wakeups = Wakeups(self.journal, self.bus, runtime, carrier, name, key=KEY, own=OWN, gap_seconds=0.01)
        self.wakeups.start()

    def connected(self) -> bool:
        return bool(self.wakeups.stats()["connected"])


MakeProcess = Callable[[str], Process]


@pytest.fixture(params=["redis", "notify"])
def by(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make(by: str, request: pytest.FixtureRequest, threads: Runtime, postgres_url: str) -> Iterator[MakeProcess]:
    redis_url = request.getfixturevalue("redis_server").url if by == "redis" else ""
    made: list[Process] = []

    def start(name: str) -> Process:
        made.append(Process(name, threads, postgres_url, redis_url))
        wait_for(made[-1].connected)
        return made[-1]

    yield start
    for process in made:
        process.wakeups.stop()
        process.journal.close(2.0)


def price(value: float, text: str = "") -> Passing:
    data = {"symbol": "NQ1!", "price": value, "text": text}
    return Passing(type="price_update", key="NQ1!", data=data, message="NQ1!", source="feed", symbol="NQ1!")


def prices(process: Process) -> list[float]:
    return [one.data["price"] for one in process.heard if one.type == "price_update"]


def test_a_commit_is_heard_without_waiting_for_the_poll(make: MakeProcess) -> None:
    """The other process knows the fact long before its poll of 20 s, and the one that wrote is not woken by itself."""
    here, there = make("here"), make("there")
    for n in range(5):
        here.journal.append(unit(fact(str(n))))
        wait_for(lambda n=n: there.journal.head == n + 1, 15.0)  # of the 20 s
    assert here.wakeups.stats()["received"] == 0


def test_a_small_commit_brings_its_facts_along(make: MakeProcess) -> None:
    """The other process knows them as they were stored, without asking the database: all that read there are busy.

    Seen to fail with wake-ups that say only how far the journal reaches.
    """
    here, there = make("here"), make("there")
    free, busy = threading.Event(), threading.Semaphore(0)

    def hold(readers: object) -> None:
        del readers
        busy.release()
        free.wait(PATIENCE)

    held = [threading.Thread(target=there.journal.read, args=(hold,)) for _ in range(READING_THREADS)]
    try:
        for thread in held:
            thread.start()
            assert busy.acquire(timeout=PATIENCE)
        for n in range(3):
            here.journal.append(unit(fact(f"\N{EURO SIGN} {n} 'quoted' \\")))
        wait_for(lambda: len(there.facts) == 3, READING_SECONDS * 0.8)  # near the end of a read that hangs
    finally:
        free.set()
        for thread in held:
            thread.join(PATIENCE)
    assert there.facts == here.facts


def test_a_commit_that_is_too_large_to_bring_along_is_read(make: MakeProcess) -> None:
    """Of many or of long facts only the last one's number travels; those behind them follow in order."""
    here, there = make("here"), make("there")
    here.journal.append(unit(fact("long " * 4_000)))
    here.journal.append(unit(*(fact(str(n)) for n in range(40))))
    here.journal.append(unit(fact("short")))
    wait_for(lambda: len(there.facts) == 42, 15.0)  # of the 20 s
    assert there.facts == here.facts


def test_the_newest_passing_update_reaches_the_other_clients(make: MakeProcess) -> None:
    """A price published here is told there, once, and does not come back; what each makes by itself stays."""
    here, there = make("here"), make("there")
    here.bus.publish(Passing("system_health_update", "system", {"version": "1"}, "mine", "desk"))
    for n in range(50):
        here.bus.publish(price(float(n)))
        time.sleep(0.001)
    wait_for(lambda: prices(there)[-1:] == [49.0])
    there.bus.publish(price(100.0))
    wait_for(lambda: prices(here)[-1:] == [100.0])
    time.sleep(0.2)
    assert prices(here).count(100.0) == 1
    assert prices(there).count(49.0) == 1
    assert prices(here).count(49.0) == 1
    assert [one.type for one in there.heard if one.type in OWN] == []
    assert len({one.id for one in there.heard}) == len(there.heard)


def test_who_listens_hears_everything_from_then_on(
    threads: Runtime, by: str, request: pytest.FixtureRequest, postgres_url: str
) -> None:
    """What is said the moment after `receive` first came back is heard: it listens on one connection and keeps it.

    Seen to fail with a Redis client that was let go: its end closed the subscription, which came back 1.5 ms later.
    """
    redis_url = request.getfixturevalue("redis_server").url if by == "redis" else ""
    carrier = carrier_for(threads, "one", database_url=postgres_url, redis_url=redis_url)
    assert carrier is not None
    assert carrier.receive() == []
    say(by, request, "signal_desk:one", "now")
    heard: list[str] = []
    wait_for(lambda: heard.extend(carrier.receive()) or heard)
    assert heard == ["now"]
    carrier.close_receiving()


def test_an_update_that_does_not_fit_is_left_out(make: MakeProcess) -> None:
    """A text longer than the carrier takes is counted, and the next one travels."""
    here, there = make("here"), make("there")
    here.bus.publish(price(1.0, "x" * 70_000))
    wait_for(lambda: here.wakeups.stats()["dropped"] == 1)
    here.bus.publish(price(2.0))
    wait_for(lambda: prices(there) == [2.0])


def say(by: str, request: pytest.FixtureRequest, channel: str, text: str) -> None:
    """As a stranger would who can reach the carrier."""
    if by == "redis":
        redis.Redis.from_url(request.getfixturevalue("redis_server").url).publish(channel, text)
        return
    with psycopg.connect(request.getfixturevalue("postgres_url"), autocommit=True) as stranger:
        stranger.execute("SELECT pg_notify(%s, %s)", (channel, text))


def test_what_strangers_say_changes_nothing(make: MakeProcess, by: str, request: pytest.FixtureRequest) -> None:
    """What no process of the desk has sealed is refused and counted: facts, heads, updates, also with words changed.

    Seen to fail with a seal that nobody looks at.
    """
    here = make("here")
    epoch = here.journal.epoch
    row = to_row(fact("forged")) | {"seq": 1}
    forged = [Speech("stranger", epoch, "a guess"), Speech("stranger", epoch, "")]
    ours = Speech("there", epoch, KEY).head(1)
    texts = [
        "",
        "{",
        "[]",
        '{"by": "x"}',
        "\N{EURO SIGN}" * 40,
        ours[:SEAL_CHARS] + ours[SEAL_CHARS:].replace("1", "2"),
    ]
    texts += [text for one in forged for text in (one.hello(), one.head(1), one.commit([row]), one.passing(price(7.0)))]
    for text in texts:
        say(by, request, f"signal_desk:{epoch}", text)
    wait_for(lambda: here.wakeups.stats()["refused"] == len(texts))
    here.journal.append(unit(fact("ours")))
    assert [one.message for one in here.facts] == ["ours"]
    assert here.heard == []


def test_what_is_said_again_says_nothing_new(make: MakeProcess, by: str, request: pytest.FixtureRequest) -> None:
    """Who has heard sealed texts can say them again: an old price never replaces a newer one, from there or from here.

    Seen to fail with a seal alone: the old price was told as the newest.
    """
    here = make("here")
    channel, there = f"signal_desk:{here.journal.epoch}", Speech("there", here.journal.epoch, KEY)
    old, new = there.passing(price(1.0)), there.passing(price(2.0))
    for text in (old, new, old, new):
        say(by, request, channel, text)
    wait_for(lambda: here.wakeups.stats()["received"] == 4)
    here.bus.publish(price(3.0))
    for text in (new, old):
        say(by, request, channel, text)
    wait_for(lambda: here.wakeups.stats()["received"] == 6)
    wait_for(lambda: prices(here)[-1:] == [3.0])
    assert prices(here) == [1.0, 2.0, 3.0]
    assert [one.data["price"] for one in here.bus.latest().values()] == [3.0]


@pytest.mark.parametrize("by", ["redis"], indirect=True)
def test_hello_is_answered_once_a_second(make: MakeProcess, by: str, request: pytest.FixtureRequest) -> None:
    """However often it is said, the newest of each key is told again once a second, and who said it last is answered.

    Seen to fail with an answer to each.
    """
    here = make("here")
    channel, there = f"signal_desk:{here.journal.epoch}", Speech("there", here.journal.epoch, KEY)
    here.bus.publish(price(1.0))
    wait_for(lambda: here.wakeups.stats()["sent"] == 2)  # hello, and the price
    began = time.monotonic()
    for n in range(20):
        say(by, request, channel, there.hello())
        say(by, request, channel, there.passing(Passing("price_update", str(n), {"symbol": "ES", "price": n}, "", "")))
        wait_for(lambda n=n: here.wakeups.stats()["received"] == n + 1)
        time.sleep(0.02)  # longer than what is sent together
    again = here.wakeups.stats()["sent"] - 2
    assert 1 <= again <= 1 + (time.monotonic() - began) / HELLO_SECONDS
    wait_for(lambda: here.wakeups.stats()["sent"] - 2 > again)


def test_a_process_of_another_version_is_not_believed_blindly(
    make: MakeProcess, by: str, request: pytest.FixtureRequest
) -> None:
    """What the desk's own key has sealed and nobody here understands is refused; the poll finds what was meant."""
    here = make("here")
    other = Speech("there", here.journal.epoch, KEY)
    told = other.commit([{"seq": 1, "data": "{}"}]), other.passing(Passing("signal_update", "k", {}, "", "desk"))
    for text in told:
        say(by, request, f"signal_desk:{here.journal.epoch}", text)
    wait_for(lambda: here.wakeups.stats()["refused"] == len(told))
    assert (here.facts, here.heard) == ([], [])


@pytest.mark.parametrize("by", ["notify"], indirect=True)
def test_while_postgres_has_much_to_tell_it_is_told_little(
    make: MakeProcess,
    threads: Runtime,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Where a listener stands still, small commits bring no facts along: the others read them, and the log says why.

    Seen to fail with facts that are brought along whatever waits there.
    """
    monkeypatch.setattr(wakeups, "CROWDED", -1.0)  # as if much waited: a tenth of 8 GB is no test
    monkeypatch.setattr(wakeups, "WATCH_SECONDS", 0.05)
    here, there = make("here"), make("there")
    carrier = carrier_for(threads, here.journal.epoch, database_url=postgres_url, redis_url="")
    assert carrier is not None
    carrier.receive()
    speech = Speech("elsewhere", here.journal.epoch, KEY)

    def brief() -> bool:
        here.journal.append(unit(fact()))
        told = [speech.understand(text) for text in carrier.receive()]
        return any(one is not None and one.head and not one.facts for one in told)

    wait_for(brief, 15.0)
    wait_for(lambda: there.facts == here.facts, 15.0)  # of the 20 s
    assert "queue of notifications" in caplog.text
    carrier.close_receiving()


@pytest.mark.parametrize("by", ["redis"], indirect=True)
def test_a_redis_that_stands_still_delays_nobody(make: MakeProcess, redis_server: RedisServer) -> None:
    """Frozen, then killed, then started again: appends take as long as ever, memory is bounded, and it mends itself."""
    here, there = make("here"), make("there")
    redis_server.freeze()
    began = time.monotonic()
    for n in range(50):
        here.journal.append(unit(fact()))
        here.bus.publish(price(float(n)))
    assert time.monotonic() - began < 20  # a second each, did they wait for it
    wait_for(lambda: not here.connected())
    redis_server.kill()
    redis_server.start()
    wait_for(lambda: here.connected() and there.connected())
    here.journal.append(unit(fact()))
    wait_for(lambda: there.journal.head == 51)
    wait_for(lambda: prices(there)[-1:] == [49.0])


@pytest.mark.parametrize("by", ["redis"], indirect=True)
def test_what_redis_took_and_never_passed_on_is_told_again(make: MakeProcess, redis_server: RedisServer) -> None:
    """Redis closes who was idle for long: what is said into that moment is heard, though nothing follows it.

    Seen to fail with a sender that takes a commit for told before Redis has answered.
    """
    here, there = make("here"), make("there")
    wait_for(lambda: here.wakeups.stats()["sent"] > 0)
    redis.Redis.from_url(redis_server.url).client_kill_filter(_type="normal")
    here.journal.append(unit(fact("only one")))
    wait_for(lambda: [one.message for one in there.facts] == ["only one"], 15.0)  # of the 20 s
