"""Redis freezes, dies and comes back, and nobody notices but the log."""

import math
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest
import requests

from tests.scaling.conftest import (
    MakeTopology,
    make_topology,  # noqa: F401 - a fixture
)
from tests.support import alerts
from tests.support.compose import start_as_composed
from tests.support.follower import Follower
from tests.support.patience import AS_SHIPPED, PATIENCE
from tests.support.redis import RedisServer
from tests.support.server import DeskServer
from tests.support.topology import Topology, figure, within

pytestmark = pytest.mark.postgres
PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Bounds:
    """In seconds: what half of the answers take at most while Redis stands still, what the slowest of all takes, and
    how long a client may be behind."""

    usual: float
    slowest: float
    mend: float


# A frozen Redis is waited for a second, if it is; a client that hears of the other web by Redis alone hears nothing.
FAR_FROM_BROKEN = Bounds(usual=0.75, slowest=math.inf, mend=30.0)
# TradingView gives up at three seconds; a Redis that stands still must not come near.
AS_PROMISED = Bounds(usual=0.25, slowest=2.5, mend=5.0)


@dataclass
class Prober:
    """Posts an alert at each of `webs` in turn, all the time, and keeps every answer and how long it took."""

    webs: list[DeskServer]
    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        session = requests.Session()
        while not self._ended.wait(PAUSE_SECONDS):
            n = len(self.seconds)
            web = self.webs[n % len(self.webs)]
            began = time.monotonic()
            answer = session.post(web.webhook, data=alerts.entry(n), timeout=PATIENCE)
            self.seconds.append(time.monotonic() - began)
            self.answers[answer.json().get("status", str(answer.status_code))] += 1

    def finish(self) -> None:
        self._ended.set()
        self._thread.join(PATIENCE)


def caught_up(topology: Topology, followers: list[Follower], what: str, seconds: float) -> None:
    """Every client has what was committed by now, within the time; more may come meanwhile."""
    head = max(web.get("/api/state")["seq"] for web in topology.webs)
    within(lambda: all((one.position or ("", 0))[1] >= head for one in followers), what, seconds)


def ride_out(topology: Topology, redis_server: RedisServer, frozen_seconds: float, bounds: Bounds) -> None:
    followers = [Follower(web.port) for web in topology.webs for _ in range(3)]
    for follower in followers:
        follower.wait_joined()
    assert all(figure(web, "desk_wakeups_connected") == 1 for web in topology.webs)
    prober = Prober(topology.webs)
    time.sleep(1.0)

    redis_server.freeze()
    prober.webs = topology.webs[:1]  # the other web must hear of these by itself
    before = len(prober.seconds)
    until = time.monotonic() + frozen_seconds
    while time.monotonic() < until:
        time.sleep(min(1.0, frozen_seconds / 3))
        caught_up(topology, followers, "every client is up to date while Redis is frozen", bounds.mend)
    assert statistics.median(prober.seconds[before:]) < bounds.usual
    redis_server.thaw()
    prober.webs = topology.webs
    caught_up(topology, followers, "every client is up to date after the frost", bounds.mend)

    redis_server.kill()
    worker = within(topology.worker, "somebody holds the lease")
    worker.kill()
    time.sleep(1.0)
    caught_up(topology, followers, "every client is up to date without Redis", bounds.mend)
    within(topology.worker, "the standby took over without Redis")

    redis_server.start()
    within(lambda: all(figure(web, "desk_wakeups_connected") == 1 for web in topology.webs), "Redis is used again")
    time.sleep(0.5)
    prober.finish()
    caught_up(topology, followers, "every client is up to date at the end", bounds.mend)
    topology.webs[0].wait_processed()
    caught_up(topology, followers, "every client has what the worker decided", bounds.mend)

    assert set(prober.answers) == {"accepted"}, prober.answers
    assert max(prober.seconds) < bounds.slowest, sorted(prober.seconds)[-5:]
    for follower in followers:
        follower.close()
        follower.assert_lossless()
        assert len(follower.snapshots) == 1
    decided = Counter(fact["data"]["id"] for fact in topology.webs[0].facts(types="signal_update"))
    assert len(decided) == len(prober.seconds)
    assert set(decided.values()) == {1}


def test_redis_frozen_killed_and_restarted(make_topology: MakeTopology, redis_server: RedisServer) -> None:  # noqa: F811
    """The processes of compose.yaml: answers as before, every client without a gap or a repeat.

    Two webs, a worker and its standby. The frost is 2 s here, 60 s in the long form. Seen to fail with a journal that
    leans on wake-ups alone (JOURNAL_POLL_SECONDS=60: clients of the other web stay behind), and with a wake-up that is
    sent before the answer.
    """
    ride_out(start_as_composed(make_topology(0, 0), redis_server.url), redis_server, 2.0, FAR_FROM_BROKEN)


@pytest.mark.chaos
@pytest.mark.timeout(240)
def test_redis_frozen_for_a_minute(make_topology: MakeTopology, redis_server: RedisServer) -> None:  # noqa: F811
    """The long form: every client up to date within 5 s, no answer above 2.5 s."""
    topology = start_as_composed(make_topology(0, 0, **AS_SHIPPED), redis_server.url)
    ride_out(topology, redis_server, 60.0, AS_PROMISED)
