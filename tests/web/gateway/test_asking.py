"""Asking for less and for the past: subscriptions, history on connect, pages backwards; on both engines."""

import json
import threading
import time
from typing import Any

import pytest
import requests
import socketio
import websocket

from tests.support.patience import PATIENCE
from tests.web.gateway.conftest import ADMIN, Running
from tests.web.gateway.following import Plain, Talker, assert_contiguous

pytestmark = pytest.mark.socket


def facts(envelopes: list[dict[str, Any]]) -> list[int]:
    return [one["seq"] for one in envelopes if one.get("seq") is not None]


@pytest.mark.parametrize("asked", [True, 100, "100"])
def test_history_comes_before_the_snapshot(shared: Running, asked: Any) -> None:
    """The newest hundred facts, in order, then the state, then what follows: numbers rise without a hole."""
    shared.append(130, at_once=50)
    client = Plain(shared.ws, history=asked)
    assert client.next()["data"]["reason"] == "new"
    snapshot, before = client.until("snapshot")
    head = shared.append(5)
    seqs = [*facts(before), *client.facts_to(head)]
    assert_contiguous(seqs)
    assert len(facts(before)) == 100
    assert before[-1]["seq"] == snapshot["data"]["seq"]
    client.close()


def test_a_client_that_can_only_print_lines(shared: Running) -> None:
    """As `websocat` does it: the token in a header, the wish in the address, nothing said; every line is JSON text."""
    head = shared.append(6)
    raw = websocket.create_connection(
        f"{shared.ws}?types=event&symbols=NQ1!,ES1!&history=3",
        header=["Authorization: Bearer read-token"],
        timeout=PATIENCE,
    )
    lines = []
    while not lines or lines[-1]["type"] != "snapshot":
        opcode, line = raw.recv_data()
        assert opcode == websocket.ABNF.OPCODE_TEXT
        lines.append(json.loads(line))
    told = [one for one in lines if one["type"] == "event"]
    assert [one["type"] for one in lines] == ["connection_status", "event", "event", "event", "snapshot"]
    assert {one["symbol"] for one in told} <= {"NQ1!", "ES1!"}
    assert told[-1]["seq"] <= head
    raw.close()


def test_who_is_known_by_a_header_may_still_say_what_it_wants(shared: Running) -> None:
    """The first message after a token in the header is not needed; sent all the same, its wish and position count."""
    head = shared.append(6)
    epoch = shared.poll(after=0, limit=1)["epoch"]
    raw = websocket.create_connection(shared.ws, header=["Authorization: Bearer read-token"], timeout=PATIENCE)
    client = Plain.__new__(Plain)
    client.socket = raw
    client.until("snapshot")
    client.say({"op": "auth", "types": ["event"], "symbols": ["NQ1!"], "epoch": epoch, "seq": head - 3})
    status, _ = client.until("connection_status")
    assert status["data"]["resumed"] is True
    told = client.next()
    assert (told["symbol"], told["seq"] > head - 3) == ("NQ1!", True)
    client.close()


def test_history_is_of_what_is_followed(shared: Running) -> None:
    """A client that filters gets the newest hundred that fit, and over Socket.IO under their own names."""
    shared.append(90, at_once=30)
    talker = Talker(shared.url, {"token": "read-token", "symbols": ["NQ1!"], "types": ["event"], "history": 20})
    talker.wait(lambda t: t.named("snapshot"))
    upto = talker.named("snapshot")[0]["data"]["seq"]
    told = [one for one in talker.named("event") if one["seq"] <= upto]
    assert (len(told), {one["symbol"] for one in told}) == (20, {"NQ1!"})
    assert talker.seqs == sorted(set(talker.seqs))
    talker.close()


def test_history_is_not_for_who_comes_back(shared: Running) -> None:
    """A position that can be resumed is resumed: nothing comes again."""
    head = shared.append(3)
    epoch = shared.poll(after=0, limit=1)["epoch"]
    client = Plain(shared.ws, epoch=epoch, seq=head - 1, history=100)
    assert client.next()["data"]["resumed"] is True
    assert client.facts_to(head) == [head]
    client.close()


def test_history_and_live_facts_join_while_facts_pour_in(shared: Running) -> None:
    """Whoever comes in the middle of a burst has no hole and no repeat between its past and its present."""
    end = shared.append(1) + 300
    writer = threading.Thread(target=lambda: shared.append(300, pause=0.002))
    writer.start()
    clients = [Plain(shared.ws, history=50) for _ in range(4)]
    for client in clients:
        assert_contiguous(client.facts_to(end))
        client.close()
    writer.join()


def test_the_past_is_paged_backwards_without_limit(shared: Running) -> None:
    """From the newest to the first fact, each once; on `/ws`, over Socket.IO, and forwards by HTTP the same."""
    head = shared.append(40, at_once=20)
    client = Plain(shared.ws, types=["heartbeat"])
    client.until("snapshot")
    seen: list[int] = []
    asked: dict[str, Any] = {"op": "history", "id": 1, "types": [], "limit": 500}
    while True:
        client.say(asked)
        answer = client.next()
        assert (answer["op"], answer["to"]) == ("answer", "history")
        if "error" in answer:  # many pages at once: it says how long to wait
            time.sleep(answer["error"]["retry_after"])
            continue
        seen += facts(answer["items"])
        if answer["next"] is None:
            break
        asked["before"] = answer["next"]
    assert seen == list(range(head, 0, -1))
    talker = Talker(shared.url)
    assert talker.client.call("nonsense", timeout=PATIENCE)["error"]["code"] == "unknown_op"
    page = talker.client.call("history", {"before": 11, "limit": 4, "symbols": "NQ1!"})
    assert facts(page["items"]) == [one for one in range(10, 0, -1) if one in facts(page["items"])]
    assert {one["symbol"] for one in page["items"]} <= {"NQ1!"}
    assert shared.poll(cursor=5, limit=2)["items"][0]["seq"] == 6
    talker.close()
    client.close()


def test_a_page_is_filtered_and_bounded(shared: Running) -> None:
    """By level, source, text and expression; large facts make a short page, and `next` goes on behind it."""
    head = shared.append(12, size=60_000)
    talker = Talker(shared.url)
    page = talker.client.call("history", {})
    assert len(json.dumps(page)) < 300_000
    assert len(page["items"]) < 6
    assert int(page["next"]) == page["items"][-1]["seq"]
    found = talker.client.call("history", {"regex": "fact 1[01]$", "limit": 2, "source": "test", "level": "INFO"})
    assert facts(found["items"]) == [head, head - 1]
    assert talker.client.call("history", {"q": "no such words", "before": 50})["items"] == []
    for wrong in ({"limit": 0}, {"before": -1}, {"level": "LOUD"}, {"q": 5}, {"limit": True}):
        assert talker.client.call("history", wrong)["error"]["code"] in ("bad_message", "bad_subscription"), wrong
    assert talker.client.call("history", {"regex": "("})["error"]["code"] == "bad_query"
    talker.close()


def test_a_change_of_mind_loses_nothing(shared: Running) -> None:
    """Each `subscribe` says behind which fact it counts: up to there the old wish, from there on the new one."""
    client = Plain(shared.ws, symbols=["NQ1!"])
    client.until("snapshot")
    begin = shared.append(1)
    writer = threading.Thread(target=lambda: shared.append(400, pause=0.001))
    writer.start()
    wishes: list[tuple[int, str]] = [(begin, "NQ1!")]
    got: list[dict[str, Any]] = []
    for n in range(15):
        symbol = ("ES1!", "NQ1!")[n % 2]
        client.say({"op": "subscribe", "id": n, "symbols": [symbol]})
        while (found := client.next()).get("op") != "answer":
            got.append(found)
        assert (found["to"], found["id"], found["symbols"]) == ("subscribe", n, [symbol])
        wishes.append((found["seq"], symbol))
    writer.join()
    everything = shared.poll(after=begin, limit=1000)["items"]
    wanted = []
    for place, (since, symbol) in enumerate(wishes):
        until = wishes[place + 1][0] if place + 1 < len(wishes) else everything[-1]["seq"]
        wanted += [one["seq"] for one in everything if since < one["seq"] <= until and one.get("symbol") == symbol]
    while facts(got)[-1:] != wanted[-1:]:
        got.append(client.next())
    assert [seq for seq in facts(got) if seq > begin] == wanted
    client.close()


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        ({"types": ["signal_updat"]}, "unknown_type", "Did you mean signal_update?"),
        ({"symbols": ["x"] * 201}, "bad_subscription", "At most 200 names"),
        ({"symbols": ["x" * 65]}, "bad_subscription", "at most 64 characters"),
        ({"symbols": {"NQ1!": 1}}, "bad_subscription", "At most 200 names"),
        ({"history": -1}, "bad_message", "0 to 1000"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(shared: Running, asked: Any, code: str, said: str) -> None:
    """On connecting and later, with a hint; nobody who mistypes is sent everything instead."""
    client = Plain(shared.ws, **asked)
    error = client.next()["data"]
    assert error["code"] == code
    assert said in error["hint"]
    with pytest.raises(ConnectionError):
        client.next()
    with pytest.raises(socketio.exceptions.ConnectionError):
        Talker(shared.url, {"token": "admin-token", **asked})
    if "history" not in asked:
        talker = Talker(shared.url, {"token": "admin-token", "types": ["heartbeat"]})
        assert talker.client.call("subscribe", asked)["error"]["code"] == code
        talker.close()
        answer = requests.get(f"{shared.url}/api/events", headers=ADMIN, timeout=PATIENCE, params={
            name: ",".join(value) for name, value in asked.items()
        })  # fmt: skip
        assert answer.json()["error"]["code"] == code if asked != {"symbols": {"NQ1!": 1}} else answer.ok


def test_nothing_named_means_all_and_both_mean_both(shared: Running) -> None:
    """Empty lists are no filter; types and symbols together must both fit; other systems' names count as ours."""
    client = Plain(shared.ws, types=[], symbols=[])
    client.until("snapshot")
    head = shared.append(3)
    assert client.facts_to(head) == [head - 2, head - 1, head]
    client.say({"op": "subscribe", "types": ["event"], "symbols": ["ES1!"]})
    client.say({"op": "subscribe", "types": ["event", "connection"], "symbols": ["ES1!"], "id": "last"})
    while (answer := client.next()).get("op") != "answer":
        pass
    assert answer["types"] == ["connection_status", "event"]
    head = shared.append(3)
    assert client.next()["seq"] == head - 1
    client.close()
