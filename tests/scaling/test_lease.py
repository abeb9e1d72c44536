"""Several processes, one that follows: a standby takes over from one that is killed, paused or stopped."""

import signal
import time
from collections import Counter

import pytest

from tests.scaling.conftest import MakeTopology
from tests.support import alerts
from tests.support.server import DeskServer
from tests.support.topology import QUICK, Topology, figure, ready, within

pytestmark = pytest.mark.postgres


def decided(web: DeskServer) -> Counter[str]:
    """How often each signal was decided: the first `signal_update` of each carries its verdict."""
    return Counter(fact["data"]["id"] for fact in web.facts(types="signal_update"))


def post(topology: Topology, numbers: range) -> None:
    for n in numbers:
        web = topology.webs[n % len(topology.webs)]
        assert web.post_alert(alerts.entry(n)).json()["status"] == "accepted"


def test_takeover(make_topology: MakeTopology) -> None:
    """Alerts posted at two webs are each decided once, while the worker is killed, and its successor paused.

    The paused one wakes up behind its successor's back: its commits are refused and it stands by. Webs answer all the
    while and say since when the worker is silent. Seen to fail with a lease that may be taken while its holder lives
    (`_alone` true on Postgres too): the paused one has it again.
    """
    topology = make_topology(webs=2, workers=2)
    web = topology.webs[0]
    first = within(topology.worker, "somebody holds the lease")
    post(topology, range(20))
    within(lambda: ready(web)["worker"]["silent_since"] is None, "the worker is heard")

    first.kill()
    post(topology, range(20, 40))
    within(lambda: ready(web)["worker"]["silent_since"] or topology.worker(), "the silence is said")
    second = within(topology.worker, "the standby took over")
    assert second is not first
    third = topology.add("worker")
    third.wait_ready()

    assert second.process is not None
    second.process.send_signal(signal.SIGSTOP)
    post(topology, range(40, 60))
    within(lambda: ready(web)["worker"]["holder"] != holder(second), "a third took over")
    within(lambda: ready(third)["worker"]["silent_since"] is None, "it renews")
    second.process.send_signal(signal.SIGCONT)
    post(topology, range(60, 80))
    within(lambda: len(decided(web)) == 80, "every signal is decided")
    time.sleep(2 * float(QUICK["LEASE_RENEW_SECONDS"]))
    living = [one for one in topology.workers if one is not first]
    within(lambda: [one for one in living if holds(one)] == [third], "the third alone holds the lease")
    assert set(decided(web).values()) == {1}
    assert [fact["seq"] for fact in web.facts()] == list(range(1, len(web.facts()) + 1))


def holder(server: DeskServer) -> str:
    """The name under which a process takes the lease."""
    return server.log.split("Worker ", 1)[1].split(":", 1)[0]


def holds(server: DeskServer) -> bool:
    return figure(server, "desk_lease_held") == 1
