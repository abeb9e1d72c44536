"""The past told again, to one client alone, marked, paced, steered, and in nobody's way; on both engines."""

import socket
import sqlite3
import time
from typing import Any

import pytest
import websocket

from tests.support.patience import PATIENCE
from tests.web.gateway.conftest import Running
from tests.web.gateway.following import Plain, Talker, wait_for
from web.gateway.pace import Pace


class Hands:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_between_facts_is_kept_to_scale() -> None:
    """At any speed, through changes of it, pauses, steps and jumps; a long silence is cut where that was asked."""
    hands = Hands()
    pace = Pace(10.0, clock=hands)
    assert pace.wait(1000.0) == 0.0
    pace.told(1000.0)
    assert pace.wait(1100.0) == 10.0
    hands.now = 4.0
    pace.change(60.0)  # forty of the hundred seconds are over
    assert pace.wait(1100.0) == 1.0
    pace.halt()
    hands.now = 50.0
    pace.go()
    assert pace.wait(1100.0) == 1.0
    pace.stand(1100.0)
    assert pace.wait(1160.0) == 1.0
    assert pace.wait(1090.0) == 0.0  # the clock was set back in between
    pace.jump()
    assert pace.wait(9999.0) == 0.0
    cut = Pace(1.0, max_gap_s=2.0, clock=hands)
    cut.told(0.0)
    assert (cut.wait(1.5), cut.wait(3600.0)) == (1.5, 2.0)


def test_who_was_held_up_catches_up_a_second_at_most() -> None:
    """After a slow client read at last, minutes of the past do not come in one burst."""
    hands = Hands()
    pace = Pace(1.0, clock=hands)
    for at in (0.0, 1.0):
        pace.told(at)
    hands.now = 100.0
    pace.told(2.0)
    assert [pace.wait(at) for at in (3.0, 4.0)] == [0.0, 1.0]


def play(client: Plain, **asked: Any) -> dict[str, Any]:
    client.say({"op": "playback", "id": "p", **asked})
    return answer(client)


def answer(client: Plain) -> dict[str, Any]:
    while (found := client.next()).get("op") != "answer":
        pass
    return found


def told(client: Plain, timeout: float = PATIENCE) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What a playback tells until it is over, and its last word."""
    items: list[dict[str, Any]] = []
    while True:
        found = client.next(timeout)
        if found.get("op") == "playback":
            if found.get("state") == "ended":
                return items, found
            items.append(found)


def quiet(gateway: Running, token: str = "read-token") -> Plain:
    client = Plain(gateway.ws, token, types=["heartbeat"])
    client.until("snapshot")
    return client


@pytest.mark.socket
def test_a_period_is_told_again_to_one_client(shared: Running) -> None:
    """Each fact once, in order, in a frame that is no envelope; nobody else hears it, and no position moves."""
    head = shared.append(250, at_once=50)
    client, other = quiet(shared), quiet(shared)
    begun = play(client, **{"from": head - 249, "to": head, "speed": 1000})
    assert begun["playback"]["from_seq"] == head - 249
    items, over = told(client)
    assert [one["envelope"]["seq"] for one in items] == list(range(head - 249, head + 1))
    assert [one["n"] for one in items] == list(range(1, 251))
    assert {one["id"] for one in items} == {begun["playback"]["id"]}
    assert not any("seq" in one or "type" in one for one in items)
    assert (over["reason"], over["told"]) == ("done", 250)
    other.socket.settimeout(0.3)
    with pytest.raises(websocket.WebSocketTimeoutException):
        other.socket.recv()
    before = {one["id"]: one["position"] for one in shared.seen()["items"]}
    talker = Talker(shared.url, {"token": "read-token", "types": ["heartbeat"]})
    talker.wait(lambda t: t.named("snapshot"))
    talker.client.call("playback", {"from": head - 4})
    talker.wait(lambda t: t.named("playback")[-1:] and t.named("playback")[-1].get("state") == "ended")
    assert [one["envelope"]["seq"] for one in talker.named("playback")[:-1]] == list(range(head - 4, head + 1))
    after = {one["id"]: one["position"] for one in shared.seen()["items"]}
    assert {one: after[one] for one in before} == before
    for one in (client, other, talker):
        one.close()


@pytest.mark.socket
def test_it_is_filtered_as_any_search(shared: Running) -> None:
    """By type, source, level, symbol, text and expression, and from a time; what can't be searched is refused."""
    head = shared.append(30, at_once=30)
    client = quiet(shared)
    for asked, fits in (
        ({"symbols": ["NQ1!"], "types": ["event"]}, lambda n: n % 3 == 0),
        ({"q": "FACT 1", "source": "test", "level": "INFO"}, lambda n: str(n).startswith("1")),
        ({"regex": "fact [0-4]$"}, lambda n: n < 5),
        ({"level": ["ERROR", "CRITICAL"]}, lambda n: False),
    ):
        play(client, **{"from": head - 29, "speed": 1000, **asked})
        items, over = told(client)
        assert over["reason"] == "done"
        assert [one["envelope"]["data"]["n"] for one in items] == [n for n in range(30) if fits(n)], asked
    first = shared.poll(after=head - 1)["items"][0]["timestamp"]
    play(client, **{"from": first, "speed": 1000})
    assert told(client)[0][-1]["envelope"]["seq"] == head
    for asked, code in (
        ({"regex": "("}, "bad_query"),
        ({"speed": 0.01}, "bad_playback"),
        ({"from": "yesterday"}, "bad_message"),
        ({"from": 9, "to": 3}, "bad_playback"),
        ({"paused": 1}, "bad_playback"),
    ):
        client.say({"op": "playback", "id": "p", **asked})
        assert answer(client)["error"]["code"] == code, asked
    client.close()


@pytest.mark.socket
def test_it_is_steered_while_it_runs(shared: Running) -> None:
    """Stepwise, paused, faster, elsewhere, stopped: each answered with how it stands; one a client, and none left."""
    head = shared.append(40, at_once=40)
    client = quiet(shared, "admin-token")

    def steer(**what: Any) -> dict[str, Any]:
        client.say({"op": "playback_control", "id": "c", **what})
        return answer(client)

    play(client, **{"from": head - 39, "paused": True})
    steer(action="step", n=3)
    seqs = [client.next()["envelope"]["seq"] for _ in range(3)]
    assert seqs == [head - 39, head - 38, head - 37]
    assert steer(action="pause")["playback"]["told"] == 3
    client.say({"op": "playback", "id": "p"})
    assert answer(client)["error"]["code"] == "playback_running"
    steer(action="seek", to=head - 9)
    steer(action="step")
    assert client.next()["envelope"]["seq"] == head - 9
    assert steer(action="speed", speed=500)["playback"]["speed"] == 500
    for wrong in ({"action": "fly"}, {"action": "speed", "speed": 0}, {"action": "seek"}, {"action": "step", "n": 0}):
        assert steer(**wrong)["error"]["code"] == "bad_playback", wrong
    steer(action="resume")
    items, over = told(client)
    assert (items[-1]["envelope"]["seq"], over["told"]) == (head, 13)
    assert steer(action="pause")["error"]["code"] == "no_playback"
    play(client, **{"from": head - 5, "paused": True})
    client.say({"op": "playback_control", "action": "stop"})
    assert told(client)[1]["reason"] == "stopped"
    client.close()


@pytest.mark.socket
def test_one_that_stands_still_for_long_is_ended(start: Any) -> None:
    """It would keep its place among those that may run at once."""
    gateway = start(playback_idle_seconds=0.5)
    gateway.append(5)
    client = quiet(gateway)
    play(client, **{"from": 1, "paused": True})
    assert told(client)[1]["reason"] == "idle"
    client.close()


@pytest.mark.socket
def test_the_pace_is_that_of_the_past(shared: Running) -> None:
    """Facts a quarter of a second apart come so at 1x; two minutes take no second and a half at 100x."""
    first = shared.append(1) + 1
    shared.append(3, pause=0.25)
    client = quiet(shared)

    def seconds(speed: int) -> float:
        began = time.monotonic()
        play(client, **{"from": first, "to": first + 2, "speed": speed})
        assert len(told(client)[0]) == 3
        return time.monotonic() - began

    assert seconds(1) > 0.45
    with sqlite3.connect(shared.log.parent / "desk.db") as raw:
        raw.executemany(
            "UPDATE journal SET timestamp = strftime('%Y-%m-%dT%H:%M:%f', timestamp, ?) || 'Z' WHERE seq = ?",
            [("-120 seconds", first), ("-60 seconds", first + 1)],
        )
    raw.close()
    assert 1.1 < seconds(100) < PATIENCE
    client.close()


@pytest.mark.socket
def test_a_playback_is_in_nobodys_way(start: Any) -> None:
    """At 1000x, with a slow reader as well, live facts arrive promptly; a reader that stops holds its playback up.

    Seen to fail on a playback that did not look at its client's queue: the slow reader was dropped.
    """
    gateway = start(playback_per_second=2000)
    gateway.append(700, size=3000, at_once=350)
    watcher = Plain(gateway.ws)
    watcher.until("snapshot")
    fast = quiet(gateway, "admin-token")
    slow = Plain.__new__(Plain)
    slow.socket = websocket.create_connection(gateway.ws, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])
    slow.say({"op": "auth", "token": "admin-token", "types": ["heartbeat"]})
    slow.until("snapshot")
    for client in (fast, slow):
        play(client, speed=1000)
    turned_away = quiet(gateway)
    turned_away.say({"op": "playback", "id": "p"})
    assert answer(turned_away)["error"]["code"] == "too_many_playbacks"
    late = []
    for _ in range(10):
        began = time.monotonic()
        head = gateway.append(1)
        watcher.facts_to(head)
        late.append(time.monotonic() - began)
        time.sleep(0.05)
    assert sorted(late)[5] < 2, late
    assert len(told(fast)[0]) == 700
    # The slow one was neither dropped nor filled: it gets the rest when it reads.
    assert max(one["queued_bytes"] for one in gateway.seen()["items"]) <= (1 << 20) // 2
    assert len(told(slow)[0]) == 700
    play(fast, paused=True)
    fast.close()
    wait_for(lambda: gateway.seen()["figures"]["playbacks"] == 0)
