"""What one process commits or publishes, the others hear at once, by Redis or by Postgres, and never twice."""

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
import redis

from events.bus import Bus
from events.envelope import Passing
from events.journal import Journal, open_journal
from events.wakeups import Wakeups, carrier_for, messages
from runtime import Runtime
from tests.events.conftest import fact, unit
from tests.events.test_lease import wait_for
from tests.support.redis import RedisServer

pytestmark = pytest.mark.postgres
OWN = frozenset({"system_health_update"})


class Process:
    """As much of a process as hears and tells: a journal that hardly polls, a bus, and wake-ups."""

    def __init__(self, name: str, runtime: Runtime, database_url: str, redis_url: str) -> None:
        self.journal: Journal = open_journal(database_url, runtime, poll_seconds=20.0)
        self.bus = Bus(runtime, per_second=1000.0)
        self.heard: list[Passing] = []
        self.bus.listen(self.heard.append)
        carrier = carrier_for(runtime, self.journal.epoch, database_url=database_url, redis_url=redis_url)
        self.wakeups = Wakeups(self.journal, self.bus, runtime, carrier, name, own=OWN, gap_seconds=0.01)
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
    """Broken text, facts and unknown types are refused and counted; a wrong head costs one look."""
    here = make("here")
    channel = f"signal_desk:{here.journal.epoch}"
    forged = messages.passing_text("stranger", price(7.0)).replace("price_update", "signal_update")
    for text in ("{", "[]", '{"by": 1}', '{"by": "x"}', '{"by": "x", "key": "k", "passing": {}}', forged):
        say(by, request, channel, text)
    say(by, request, channel, messages.head_text("stranger", 10**12))
    wait_for(lambda: here.wakeups.stats()["refused"] == 6)
    here.journal.append(unit(fact()))
    assert here.journal.head == 1
    assert here.heard == []


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
