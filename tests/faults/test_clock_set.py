"""Somebody sets the clock, an hour forward and back and a day back, while alerts come and everybody follows."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.conftest import StartServer
from tests.support import alerts
from tests.support.follower import Follower
from tests.support.followers import LongPollFollower, SocketIOFollower
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer
from tests.support.settable_clock import SettableClock

HOUR, DAY = 3_600, 86_400
SETTINGS = (HOUR, 0, -HOUR, -DAY, 0)
WINDOW_SECONDS = 5.0  # a resend that a slow machine holds up for longer is, rightly, another alert
EACH = 5


def test_the_clock_is_set(start_server: StartServer, tmp_path: Path) -> None:
    """`seq` rises without a hole, a resend across a change is a duplicate and one after its window is not, whatever the
    clock says; three kinds of followers miss nothing, and whoever is logged in stays so.

    Seen to fail with the window measured by the time of day: after an hour forward the resend is accepted.
    """
    set_the_clock(start_server, tmp_path, "gevent")


@pytest.mark.chaos
def test_the_clock_is_set_on_both_engines(start_server: StartServer, tmp_path: Path, engine: str) -> None:
    """On eventlet too."""
    set_the_clock(start_server, tmp_path, engine)


def set_the_clock(start_server: StartServer, tmp_path: Path, engine: str) -> None:
    clock = SettableClock(tmp_path / "offset")
    settings = {"DUPLICATE_SECONDS": str(WINDOW_SECONDS), "HEARTBEAT_SECONDS": "0.2"}
    server = start_server(entry=clock.entry, ASYNC_MODE=engine, **settings)
    session = login(server)
    followers = [Follower(server.port), SocketIOFollower(server.port), LongPollFollower(server.port, wait=1.0)]
    for follower in followers:
        follower.wait_joined()
    sent: list[str] = []
    first: list[tuple[str, float, dict[str, Any]]] = []
    for n, offset in enumerate(SETTINGS):
        before = alerts.entry(1000 + n)
        told = post(server, before)
        assert told["status"] == "accepted"
        first.append((before, time.monotonic(), told))
        clock.set(offset)
        sent.append(told["signal_id"])
        assert_same(post(server, before), told)
        for each in range(EACH):
            body = alerts.entry(n * EACH + each)
            told = post(server, body)
            assert told["status"] == "accepted"
            sent.append(told["signal_id"])
            assert_same(post(server, body), told)
        assert_told_at(server, sent[-1], offset)
        assert session.get(f"{server.url}/api/state", timeout=PATIENCE).status_code == 200
    body, since, told = first[0]
    time.sleep(max(0.0, since + WINDOW_SECONDS + 0.1 - time.monotonic()))
    again = post(server, body)
    assert (again["status"], again["signal_id"] == told["signal_id"]) == ("accepted", False)
    sent.append(again["signal_id"])
    server.wait_processed()
    facts = server.facts()
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    assert [fact["data"]["id"] for fact in facts if fact["type"] == "signal_received"] == sent
    newest = [row["id"] for row in server.get("/api/signals", limit=len(sent))["items"]]
    assert newest == sent[::-1], "newest first means the last that came, whatever its time says"
    for follower in followers:
        follower.wait_for(len(facts))
        follower.close()
        follower.assert_lossless()
        assert len(follower.snapshots) == 1
    assert "Traceback" not in server.log


def post(server: DeskServer, body: str) -> dict[str, Any]:
    answer = server.post_alert(body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def assert_same(answer: dict[str, Any], first: dict[str, Any]) -> None:
    assert answer == {"status": "duplicate", "signal_id": first["signal_id"]}


def assert_told_at(server: DeskServer, signal_id: str, offset: float) -> None:
    """The server does live by the clock that was set, or nothing here is tried."""
    at = datetime.fromisoformat(server.get(f"/api/signals/{signal_id}")["received_at"])
    assert abs(at - datetime.now(UTC) - timedelta(seconds=offset)) < timedelta(seconds=60)


def login(server: DeskServer) -> requests.Session:
    """A browser's session by a one-time link."""
    link = requests.post(
        f"{server.url}/api/login-links", headers={"Authorization": f"Bearer {API_TOKEN}"}, timeout=PATIENCE
    ).json()["url"]
    session = requests.Session()
    assert session.post(f"{server.url}/login/{link.rsplit('/', 1)[1]}", timeout=PATIENCE, allow_redirects=False).ok
    return session
