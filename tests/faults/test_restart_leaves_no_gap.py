"""The server is killed and started again, and stopped and started again, under load and with 200 clients."""

import math
import time
from functools import partial

import pytest
import requests

from tests.conftest import StartServer
from tests.faults.scripts import Script
from tests.support.crowd import Crowd
from tests.support.follower import Follower
from tests.support.followers import LongPollFollower, SocketIOFollower
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer

CLIENTS, PER_SECOND = 200, 100.0
RESUMED_SECONDS = 10.0
# A machine with much else to do starts any process slowly; what follows is the desk's own.
AFTER_START_SECONDS = 5.0
# The short form waits for everybody, and leaves how long that takes to the long one.
WAITED_SECONDS = 100.0
REPLAY_FACTS = 2_000
BATCH = 500


def test_everybody_comes_back(start_server: StartServer) -> None:
    """Killed and stopped once each under 100 events/s: 200 clients resume, without a gap or a repeat.

    Seen to fail with a replay that begins one fact late (gaps), and with a server that knows no position of before its
    start (everybody is given a snapshot).
    """
    come_back(start_server(ASYNC_MODE="eventlet"), restarts=1)


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_everybody_comes_back_again_and_again(start_server: StartServer, engine: str) -> None:
    """The long form: ten times, on both engines; p99 within 10 s."""
    p99, slowest_start = come_back(start_server(ASYNC_MODE=engine), restarts=5)
    assert p99 <= max(RESUMED_SECONDS, slowest_start + AFTER_START_SECONDS)


def come_back(server: DeskServer, restarts: int) -> tuple[float, float]:
    """The p99 of what coming back took, and the slowest start; both in seconds."""
    crowd, slowest_start = Crowd(server.port, CLIENTS, ("ws", "socketio"), returning=True), 0.0
    with crowd, Script(server.url, PER_SECOND) as script:
        for times, end in enumerate([server.kill, server.stop] * restarts, start=1):
            crowd.wait_for(server.get("/api/state")["seq"] + 1)  # something new reaches everybody
            end()
            began = time.monotonic()
            server.start()
            slowest_start = max(slowest_start, time.monotonic() - began)
            crowd.wait_until(partial(all_back, crowd, times), "not everybody came back", WAITED_SECONDS)
        script.stop()
        script.assert_once_each(server)
        crowd.wait_for(server.get("/api/state")["seq"])
        took = sorted(seconds for member in crowd.members for seconds in member.back)
        p99 = took[math.ceil(len(took) * 0.99) - 1]
        print(
            f"resumed: median {took[len(took) // 2]:.2f} s, p99 {p99:.2f} s, of {len(took)}; {script.said} events;"
            f" the slowest start {slowest_start:.2f} s"
        )
        crowd.assert_lossless()
        assert len(took) == CLIENTS * restarts * 2
    return p99, slowest_start


def all_back(crowd: Crowd, times: int) -> bool:
    return all(len(member.back) >= times for member in crowd.members)


def test_an_expired_position_is_told(start_server: StartServer) -> None:
    """Who stands further back than is replayed is told so, gets a snapshot, and follows on from it.

    Seen to fail with a reach that is not looked at: the position is resumed.
    """
    server = start_server(ASYNC_MODE="gevent", REPLAY_FACTS=str(REPLAY_FACTS))
    followers = [Follower(server.port), SocketIOFollower(server.port), LongPollFollower(server.port, wait=1.0)]
    for follower in followers:
        follower.wait_joined()
        follower.leave()
    for first in range(0, REPLAY_FACTS + BATCH, BATCH):
        publish(server, [{"type": "event", "data": {"event_type": "info", "n": first + n}} for n in range(BATCH)])
    for follower in followers:
        follower.come_back()
    publish(server, [{"type": "event", "data": {"event_type": "info", "n": -1}}])
    head = server.get("/api/state")["seq"]
    for follower in followers:
        follower.wait_for(head)
        follower.close()
        assert follower.resets == ["too_old"]
        assert len(follower.snapshots) == 2


def publish(server: DeskServer, events: list[dict[str, object]]) -> None:
    answer = requests.post(
        f"{server.url}/api/events",
        json=events,
        headers={"Authorization": f"Bearer {API_TOKEN}"},
        timeout=PATIENCE,
    )
    assert answer.ok, answer.text
