"""A database that goes away and comes back, under alerts and with every kind of follower looking on."""

import time
from collections import Counter
from collections.abc import Callable

import requests

from tests.faults.senders import Senders
from tests.support.follower import Follower
from tests.support.followers import LongPollFollower, SocketIOFollower
from tests.support.patience import AS_SHIPPED, PATIENCE
from tests.support.pulse import Pulse
from tests.support.server import DeskServer

PER_SECOND = 40.0
# The long forms': an alert is answered 503 after ANSWER_SECONDS (two) at the latest; TradingView gives up at three.
SLOWEST_REFUSAL = 2.5
BACK_SECONDS = 5.0
# Senders never give up, as TradingView does after 15 s: whoever sends the same for longer than the window in which it
# counts as a resend means it.
SETTINGS = AS_SHIPPED | {"DUPLICATE_SECONDS": "120"}


def ride_out(
    server: DeskServer,
    begin: Callable[[], object],
    end: Callable[[], object],
    seconds: float,
    *,
    strict: bool = False,
) -> Senders:
    """The database is away for `seconds` between `begin` and `end`; everything that must hold then is asserted.

    Alerts are refused and the desk says that it is not ready while the database is away, and both end without a
    restart; when `strict` the refusals, the way back and the loop keep the times that were promised, too.
    """
    followers = [Follower(server.port), SocketIOFollower(server.port), LongPollFollower(server.port, wait=1.0)]
    for follower in followers:
        follower.wait_joined()
    senders = Senders(server, 1_000_000, threads=8, per_second=PER_SECOND)
    try:
        senders.wait_until(lambda: len(senders.acknowledged) >= 20)
        with Pulse(server) as pulse:
            began = time.monotonic()
            begin()
            senders.wait_until(lambda: len(senders.refusals) > 0)
            # An alert may be refused a moment before the commit that it waited for is known to have failed.
            senders.wait_until(lambda: not ready(server))
            time.sleep(max(0.0, began + seconds - time.monotonic()))
            away = time.monotonic() - began
            end()
            ended = time.monotonic()
            senders.wait_until(lambda: senders.acknowledged_at[-1] > ended)
            back = senders.acknowledged_at[-1] - ended
            enough = len(senders.acknowledged) + 20
            senders.wait_until(lambda: len(senders.acknowledged) >= enough)
    finally:
        senders.give_up.set()
    senders.finish()
    print(
        f"{len(senders.refusals)} refused, the slowest after {max(senders.refusals):.2f} s; 2xx {back:.2f} s after the"
        f" end; the loop's longest stall {pulse.worst_ms:.0f} ms of {pulse.asked} looks"
    )
    pulse.assert_alive(min(away, seconds))
    if strict:
        assert max(senders.refusals) < SLOWEST_REFUSAL
        assert back <= BACK_SECONDS
        pulse.assert_steady()
    server.wait_processed()
    assert ready(server)
    assert_each_once(server, senders)
    head = server.get("/api/state")["seq"]
    for follower in followers:
        follower.wait_for(head)
        follower.close()
        follower.assert_lossless()
        assert len(follower.snapshots) == 1
        assert len(follower.sessions) <= 1, "a socket was dropped though nothing was wrong with it"
    assert "Traceback" not in server.log
    return senders


def assert_each_once(server: DeskServer, senders: Senders) -> None:
    """Nothing acknowledged is missing, no alert stands twice, numbers are contiguous and each signal has a verdict."""
    facts = server.facts()
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    received = [fact["data"] for fact in facts if fact["type"] == "signal_received"]
    assert {
        words for words, times in Counter(row["extra"]["comment"] for row in received).items() if times > 1
    } == set()
    stored = {row["id"]: row["extra"]["comment"] for row in received}
    false = [n for n, id in senders.acknowledged.items() if stored.get(id) != f"alert number {n}"]
    assert false == [], "answered 2xx and not stored"
    verdicts = Counter(fact["data"]["id"] for fact in facts if fact["type"] == "signal_update")
    assert verdicts == Counter(stored.keys())


def ready(server: DeskServer) -> bool:
    return requests.get(f"{server.url}/readyz", timeout=PATIENCE).ok
