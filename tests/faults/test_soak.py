"""The soak: scripts talk, clients listen, some come and go, and neither the order nor the memory gives way."""

import random
import time

import pytest

from tests.conftest import StartServer
from tests.faults.scripts import Script
from tests.faults.senders import Senders
from tests.support.crowd import Crowd
from tests.support.server import DeskServer

PER_SECOND, ALERTS_PER_SECOND = 200.0, 5.0
CLIENTS = 200
WANDERERS = CLIENTS // 10
STAYS_SECONDS = 1.0  # one of the wanderers leaves this often; each comes back by its position
MOST_MB = 8.0  # that the server may grow after its warm-up, over any number of events


def test_ten_seconds(start_server: StartServer) -> None:
    """200 events/s and 5 alerts/s to 200 clients, one in ten of them coming back: contiguous everywhere, flat memory.

    Seen to fail with 8 KB kept of every fact (15 MB more), and with facts that commit while a client is brought up to
    date not sent to it (gaps in those that came back).
    """
    soak(start_server(ASYNC_MODE="gevent", RING_FACTS="500"), warm_up=3.0, seconds=8.0)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_ten_minutes(start_server: StartServer) -> None:
    """The long form, everything as it is unless set."""
    soak(start_server(), warm_up=60.0, seconds=540.0)


def soak(server: DeskServer, warm_up: float, seconds: float) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    before = server.rss_mb()
    crowd = Crowd(server.port, CLIENTS, ("ws", "socketio"), returning=True)
    with crowd, Script(server.url, PER_SECOND) as script:
        senders = Senders(server, 1_000_000, threads=2, per_second=ALERTS_PER_SECOND)
        try:
            wander(crowd, rng, warm_up)
            warm, said = server.rss_mb(), script.said
            wander(crowd, rng, seconds)
            hot, events = server.rss_mb(), script.said - said
        finally:
            senders.give_up.set()
        senders.finish()
        script.stop()
        server.wait_processed()
        crowd.wait_for(server.get("/api/state")["seq"])
        script.assert_once_each(server)
        returns = sum(len(member.back) for member in crowd.members)
        print(
            f"{script.said} events and {len(senders.acknowledged)} alerts to {CLIENTS} clients, {returns} returns;"
            f" memory {before:.0f} MB at the start, {warm:.0f} after {warm_up:g} s, {hot:.0f} after {seconds:g} s more:"
            f" {(hot - warm) * 1e6 / events:.0f} bytes an event"
        )
        crowd.assert_lossless()
        assert returns >= seconds / STAYS_SECONDS / 2
        assert script.said >= PER_SECOND * (warm_up + seconds) / 2
        assert hot - warm <= MOST_MB
    assert "Traceback" not in server.log


def wander(crowd: Crowd, rng: random.Random, seconds: float) -> None:
    """Now and then one of the wanderers hangs up, and comes back."""
    ends_at = time.monotonic() + seconds
    while (left := ends_at - time.monotonic()) > 0:
        rng.choice(crowd.members[:WANDERERS]).hang_up()
        time.sleep(min(left, STAYS_SECONDS * rng.uniform(0.2, 1.0)))
