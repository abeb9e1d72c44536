"""How delivery is measured: by what clients confirm, on the desk's clock, in bounded figures."""

import time
from typing import Any

import pytest

from tests.web.gateway.conftest import Running
from tests.web.gateway.following import Plain, Talker, wait_for
from web.gateway import delivery
from web.gateway.delivery import BOUNDS, Delivery, Latencies

A_DAY_MS = 86_400_000  # two clocks mixed up give more


def test_the_span_that_a_client_held_a_fact_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second between fact and ack, 900 ms of it at the client, is 100 ms of delivery; never below none."""
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.0)
    client = Delivery()
    client.live()
    made = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: made + 1.0)
    assert client.ack(7, made, 900) == 100.0
    assert client.ack(8, made, 5000) == 0.0
    assert client.describe()["acked"] == 8


def test_what_was_replayed_gives_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact that was told before the client joined was old when it was sent; and half a second holds one figure."""
    client = Delivery()
    made = time.monotonic()
    assert client.ack(1, made, 0) is None
    client.live()
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.0)
    assert client.ack(2, made - 60, 0) is None
    assert client.ack(3, time.monotonic(), 0) is not None
    monkeypatch.setattr(delivery, "ACK_SECONDS", 0.5)
    assert client.ack(4, time.monotonic(), 0) is None
    assert client.describe()["acked"] == 4


def test_percentiles_and_buckets() -> None:
    """The newest thousand give percentiles; every one since the start stands in one bucket, whose bounds are fixed."""
    all_of_them = Latencies()
    for ms in range(1, 2001):
        all_of_them.add(ms)
    told = all_of_them.percentiles()
    assert (told["latency_p50_ms"], told["latency_p95_ms"], told["latency_p99_ms"]) == (1501, 1951, 1991)
    buckets = dict(all_of_them.buckets())
    assert list(buckets) == [*map(str, BOUNDS), "+Inf"]
    assert (buckets["0.005"], buckets["1.0"], buckets["+Inf"]) == (5, 1000, 2000)
    assert Latencies().percentiles() == {"latency_p50_ms": None, "latency_p95_ms": None, "latency_p99_ms": None}


@pytest.mark.socket
@pytest.mark.parametrize("kind", ["ws", "socketio"])
def test_a_client_that_confirms_is_measured(shared: Running, kind: str) -> None:
    """After an ack its line shows what arrived and how fast; nonsense is refused and changes nothing."""
    client: Any = Plain(shared.ws) if kind == "ws" else Talker(shared.url)
    if kind == "ws":
        client.until("snapshot")
    else:
        client.wait(lambda t: t.named("snapshot"))
    head = shared.append(3)
    if kind == "ws":
        client.facts_to(head)
        client.say({"op": "ack", "seq": head, "held_ms": 1})
    else:
        client.wait(lambda t: t.seqs[-1:] == [head])
        client.client.emit("ack", {"seq": head, "received_at": "2026-01-07T14:31:45.123Z"})
    wait_for(lambda: any(one["acked"] == head for one in shared.seen()["items"]))
    seen = shared.seen()
    line = next(one for one in seen["items"] if one["acked"] == head)
    assert 0 <= line["latency_p50_ms"] <= line["latency_p99_ms"] < A_DAY_MS
    assert line["uptime_s"] >= 0
    assert seen["figures"]["acks"] >= 1
    assert seen["figures"]["latency_p99_ms"] is not None
    for wrong in ({"seq": head + 9}, {"seq": -1}, {"seq": head, "held_ms": -1}, {"seq": head, "held_ms": "1"}):
        if kind == "ws":
            client.say({"op": "ack", "id": 1, **wrong})
            answer = client.next()
        else:
            answer = client.client.call("ack", wrong)
        assert answer["error"]["code"] == "bad_message", wrong
    client.close()


@pytest.mark.socket
def test_bytes_and_events_are_counted(shared: Running) -> None:
    """What a client's line says it was sent is what came over its wire, frames included; facts and figures alike."""
    watcher, other = Plain(shared.ws), Plain(shared.ws, types=["alert"])
    status = watcher.next()
    other.until("snapshot")
    watcher.facts_to(shared.append(1))
    mine = status["data"]["session"]
    size = lambda text: len(text) + (2 if len(text) < 126 else 4 if len(text) < 65536 else 10)  # noqa: E731

    def line() -> dict[str, Any]:
        return next(one for one in shared.seen()["items"] if one["id"] == mine)

    before = line()
    shared.append(20, at_once=5, size=300)
    shared.do("passing", n=1, keys="NQ1!")
    # The last facts may wait for more, and the figure for nobody.
    texts: list[bytes] = []
    while len(texts) < 21:
        texts.append(watcher.socket.recv().encode())
    came, facts = sum(map(size, texts)), sum(b'"price_update"' not in text for text in texts)
    after = line()
    assert (after["sent"] - before["sent"], facts) == (20, 20)
    assert after["sent_bytes"] - before["sent_bytes"] == came
    assert shared.seen()["figures"]["sent_bytes"] > came
    watcher.close()
    other.close()
