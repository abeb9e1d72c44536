"""How clients come, come back and are brought up to date, on both engines."""

import json
import random
import sqlite3
import threading
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import websocket

from tests.support.patience import PATIENCE
from tests.web.gateway.following import Plain, Talker, assert_contiguous, wait_for

pytestmark = pytest.mark.socket


def test_a_new_client_is_told_its_status_then_the_state(shared: Any) -> None:
    """connection_status comes first, then a snapshot of at most 256 KB whose reason is `new`."""
    head = shared.append(3)
    client = Plain(shared.ws)
    status, snapshot = client.next(), client.next()
    assert (status["type"], status["data"]["resumed"]) == ("connection_status", False)
    assert (snapshot["type"], snapshot["data"]["reason"], snapshot["data"]["seq"]) == ("snapshot", "new", head)
    assert len(json.dumps(snapshot, separators=(",", ":"), ensure_ascii=False)) <= 256 * 1024
    assert len(snapshot["data"]["signals"]) >= 40
    assert client.facts_to(shared.append(2)) == [head + 1, head + 2]
    client.close()


def test_socketio_gets_the_same_in_the_same_order(shared: Any) -> None:
    """A Socket.IO client sees status, snapshot and then each fact under its type's name, over either transport."""
    for transports in (["websocket"], ["polling"], None):
        talker = Talker(shared.url, transports=transports)
        talker.wait(lambda t: t.named("snapshot"))
        head = shared.append(50, at_once=7)
        talker.wait(lambda t, head=head: t.seqs and t.seqs[-1] == head)
        assert [name for name, _ in talker.events][:2] == ["connection_status", "snapshot"]
        assert_contiguous(talker.seqs)
        talker.close()


@pytest.mark.parametrize("how", ["ring", "database"])
def test_a_position_is_resumed_without_a_snapshot(shared: Any, how: str) -> None:
    """A valid position gets exactly what followed it, from memory or from the database."""
    head = shared.append(400, at_once=50)
    epoch = shared.poll(after=0, limit=1)["epoch"]
    start = head - (50 if how == "ring" else 390)
    client = Plain(shared.ws, epoch=epoch, seq=start)
    status = client.next()
    assert status["data"]["resumed"] is True
    assert client.facts_to(head) == list(range(start + 1, head + 1))
    client.close()


def test_a_position_before_what_was_archived_is_too_old(gateway: Any) -> None:
    """Within the reach of resuming, but the next facts are gone: a snapshot with its reason, never a silent gap.

    Seen to fail with a reason that looked at the distance alone."""
    head = gateway.append(400, at_once=50)
    epoch = gateway.poll(after=0, limit=1)["epoch"]
    with sqlite3.connect(gateway.log.parent / "desk.db") as raw:
        raw.execute("DELETE FROM journal WHERE seq <= ?", [head - 300])
    raw.close()
    for start, resumed in ((head - 301, False), (head - 300, True)):
        client = Plain(gateway.ws, epoch=epoch, seq=start)
        status, following = client.next(), client.next()
        assert (status["data"]["resumed"], status["data"]["reason"]) == (resumed, None if resumed else "too_old")
        assert (following["type"] == "snapshot") is not resumed
        assert gateway.poll(epoch=epoch, after=start, limit=1)["reset"] == (None if resumed else "too_old")
        client.close()


@pytest.mark.parametrize("reason", ["epoch", "ahead", "too_old"])
def test_a_position_that_cannot_be_resumed_says_why(shared: Any, reason: str) -> None:
    """Another epoch, a seq from the future or one too far back each get a snapshot with that reason."""
    head = shared.append(600, at_once=100)
    epoch = shared.poll(after=0, limit=1)["epoch"]
    position = {"epoch": ("old", 5), "ahead": (epoch, head + 9), "too_old": (epoch, head - 599)}[reason]
    client = Plain(shared.ws, epoch=position[0], seq=position[1])
    assert client.next()["data"]["resumed"] is False
    assert client.next()["data"]["reason"] == reason
    client.close()


def test_who_comes_and_goes_at_random_sees_each_fact_once(start: Any) -> None:
    """While facts are appended, clients connect, drop and resume at random: each sees every seq exactly once.

    Broken by joining before the replay (repeats) or by yielding between replay and join (gaps).
    """
    gateway = start(replay_facts=5000)  # so that nobody is ever too old
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    total = 1500
    failures: list[str] = []

    def follow(number: int) -> None:
        chance = random.Random(seed + number)
        seqs: list[int] = []
        position: dict[str, Any] = {}
        try:
            while not seqs or seqs[-1] < total:
                client = Plain(gateway.ws, **position)
                for _ in range(chance.randrange(1, 300)):
                    found = client.next()
                    if found["type"] == "snapshot":
                        position = {"epoch": found["data"]["epoch"], "seq": found["data"]["seq"]}
                    elif found.get("seq") is not None:
                        seqs.append(found["seq"])
                        position = {"epoch": found["epoch"], "seq": found["seq"]}
                    if seqs and seqs[-1] >= total:
                        break
                client.close()
            assert_contiguous(seqs)
        except Exception as error:
            failures.append(f"client {number}: {error!r}")

    gateway.append(1)
    threads = [threading.Thread(target=follow, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    gateway.append(total - 1, at_once=3, pause=0.002)
    for thread in threads:
        thread.join(60)
    assert not failures, failures


def test_the_state_can_be_asked_for_again(shared: Any) -> None:
    """request_state brings a snapshot, and what follows continues from it."""
    talker = Talker(shared.url)
    talker.wait(lambda t: t.named("snapshot"))
    head = shared.append(5)
    talker.wait(lambda t: len(t.seqs) == 5)
    talker.client.emit("request_state")
    talker.wait(lambda t: len(t.named("snapshot")) == 2)
    assert talker.named("snapshot")[1]["data"]["reason"] == "requested"
    shared.append(5)
    wait_for(lambda: talker.seqs == list(range(head - 4, head + 6)))
    talker.close()


def in_one_breath(line: websocket.WebSocket, *said: str) -> None:
    """Several messages that arrive together."""
    line.sock.sendall(b"".join(websocket.ABNF.create_frame(one, websocket.ABNF.OPCODE_TEXT).format() for one in said))


def test_of_two_positions_at_once_the_second_is_refused(shared: Any) -> None:
    """What the first `resume` asked for comes; the second hears `still_joining`, as does who asks before its greeting
    is answered.

    Seen to fail with the mark set by the task that brings it: the second was answered `ok`, and nothing came of it.
    """
    head = shared.append(60, at_once=20)
    epoch = shared.poll(after=0, limit=1)["epoch"]
    line = websocket.create_connection(shared.ws, timeout=PATIENCE)
    ops: list[dict[str, Any]] = [
        {"op": "auth", "token": "admin-token", "types": ["event"], "epoch": epoch, "seq": head - 5},
        {"op": "resume", "id": "early", "epoch": epoch, "seq": head - 50},
    ]
    in_one_breath(line, *map(json.dumps, ops))
    client = Plain.__new__(Plain)
    client.socket = line
    assert client.next()["error"]["code"] == "still_joining"
    status = client.until("connection_status")[0]["data"]
    assert status["resumed"] is True
    assert client.facts_to(head) == list(range(head - 4, head + 1))
    wait_for(lambda: status["session"] in shared.seen()["direct"])  # it stands in its room
    wishes = [{"op": "resume", "id": back, "epoch": epoch, "seq": head - back} for back in (3, 40)]
    in_one_breath(line, *map(json.dumps, wishes))
    first, second = client.next(), client.next()
    assert (first["id"], first["ok"]) == (3, True)
    assert (second["id"], second["error"]["code"]) == (40, "still_joining")
    assert client.until("connection_status")[0]["data"]["resumed"] is True
    assert client.facts_to(shared.append(1)) == list(range(head - 2, head + 2))
    client.close()


def test_who_asks_before_its_greeting_was_answered_hears_so(shared: Any) -> None:
    """Over Socket.IO too: the position that it came with counts, and is not lost to what is asked at once."""
    head = shared.append(10)
    epoch = shared.poll(after=0, limit=1)["epoch"]
    line = websocket.create_connection(
        shared.ws.replace("/ws", "/socket.io/?EIO=4&transport=websocket"), timeout=PATIENCE
    )
    came = {"token": "admin-token", "epoch": epoch, "seq": head - 5}
    in_one_breath(line, f"40{json.dumps(came)}", '421["request_state"]')
    said = ""
    while f'"seq":{head},' not in said:
        said += line.recv() + "\n"
    assert "still_joining" in said.split("431", 1)[1].split("\n", 1)[0]
    assert '"resumed":true' in said
    assert '"snapshot"' not in said
    line.close()


def test_who_comes_together_shares_one_snapshot(start: Any) -> None:
    """One look at the state and one encoding for all who start over for the same reason, whichever way they came; the
    facts since then follow it, and whoever has more than it holds is given a newer one.

    Seen to fail with a message made for each client: most of what a join cost.
    """
    gateway = start(state_seconds=600)
    gateway.append(3)
    first = Plain(gateway.ws)
    shared, _ = first.until("snapshot")
    head = gateway.append(4)
    talker = Talker(gateway.url, transports=["websocket"])
    talker.wait(lambda t: t.seqs and t.seqs[-1] == head)
    assert talker.named("snapshot") == [shared]
    assert talker.seqs == first.facts_to(head) == [4, 5, 6, 7]
    second = Plain(gateway.ws, epoch="old", seq=1)
    assert second.until("snapshot")[0]["data"] == shared["data"] | {"reason": "epoch"}
    first.say({"op": "request_state"})
    newer = first.until("snapshot")[0]["data"]
    assert (newer["reason"], newer["seq"]) == ("requested", head)
    for client in (first, second, talker):
        client.close()


def test_subscriptions_leave_out_and_heartbeats_move_on(start: Any) -> None:
    """A client that filters gets only what it asked for; the heartbeat tells how far it was considered, and goes along
    with prices where it wants them.

    Seen to fail with a heartbeat that knows nothing of figures.
    """
    gateway = start(heartbeat_seconds=0.5)
    client = Plain(gateway.ws, symbols=["NQ1!"])
    client.until("snapshot")
    gateway.append(9)
    beat, before = client.until("heartbeat")
    while beat["data"]["seq"] < 9:
        beat, more = client.until("heartbeat")
        before += more
    assert {one["symbol"] for one in before if one.get("seq")} == {"NQ1!"}
    assert len([one for one in before if one.get("seq")]) == 3
    client.say({"op": "subscribe", "types": ["alert"]})
    beat, _ = client.until("heartbeat")
    head = gateway.append(4)
    while beat["data"]["seq"] < head:
        beat, before = client.until("heartbeat")
        assert not [one for one in before if one.get("seq")]
    client.say({"op": "subscribe"})
    gateway.do("passing", n=60, pause=0.02)
    beats = [datetime.fromisoformat(client.until("heartbeat")[0]["data"]["server_time"]) for _ in range(4)]
    assert min(after - before for before, after in pairwise(beats)) < timedelta(seconds=0.45), "none went along"
