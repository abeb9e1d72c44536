"""Following the desk as a loop: each fact once, in order, from any position, across a restart."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from broadcaster import Broadcaster, Follower, NoToken, Refused, follow, follow_async
from tests.broadcaster.conftest import Speak, until
from tests.support.cable import Cable
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer

pytestmark = [pytest.mark.socket, pytest.mark.usefixtures("engine")]


def say(speaker: Broadcaster, first: int, last: int) -> None:
    for n in range(first, last):
        speaker.broadcast_event("order", f"event {n}", n=n)


def test_across_a_restart(desk: DeskServer, speak: Speak) -> None:
    """The server is killed while both sides are busy: every fact once, with strictly rising seq."""
    speaker = speak(desk.url)
    seen: list[tuple[int, int]] = []

    def listen() -> None:
        with follow(types=["event"], since=0, url=desk.url, token=API_TOKEN) as events:
            for event in events:
                if event["source"] == speaker.source:
                    seen.append((event["seq"], event["data"]["n"]))
                    if event["data"]["n"] == 399:
                        return

    say(speaker, 0, 100)
    listener = threading.Thread(target=listen)
    listener.start()
    say(speaker, 100, 200)
    until(lambda: len(seen) > 150)
    desk.kill()
    say(speaker, 200, 300)
    desk.start()
    say(speaker, 300, 400)
    listener.join(PATIENCE)
    assert [n for _, n in seen] == list(range(400))
    assert [seq for seq, _ in seen] == sorted({seq for seq, _ in seen})


def test_what_arrived_is_confirmed(desk: DeskServer, speak: Speak) -> None:
    """The desk can measure how fast a follower is served, without anybody asking the follower for it."""
    speaker = speak(desk.url)
    events = Follower(["event"], since=desk.get("/api/events", limit=1)["head"], url=desk.url, token=API_TOKEN)
    say(speaker, 0, 1)
    seq = next(events)["seq"]
    say(speaker, 1, 2)
    next(events)  # the first may have been read from history, before there was a line to confirm on
    until(lambda: any((one["acked"] or 0) >= seq for one in desk.get("/api/connections")["items"]))
    events.close()


def test_across_a_cut_network_and_on_from_a_position(desk: DeskServer, cable: Cable, speak: Speak) -> None:
    """A follower behind a cable that is cut misses nothing; another goes on from where it stood."""
    speaker = speak(desk.url)
    head = desk.get("/api/events", limit=1)["head"]
    events = Follower(["event"], since=head, url=cable.url, token=API_TOKEN)
    say(speaker, 0, 10)
    assert [next(events)["data"]["n"] for _ in range(10)] == list(range(10))
    cable.cut()
    say(speaker, 10, 20)
    assert speaker.flush(PATIENCE)
    cable.mend()
    assert [next(events)["data"]["n"] for _ in range(5)] == list(range(10, 15))
    events.close()
    with follow(["event"], since=events.position, url=desk.url, token=API_TOKEN) as rest:
        assert [next(rest)["data"]["n"] for _ in range(5)] == list(range(15, 20))


def test_from_now_on_by_symbol_and_for_asyncio(desk: DeskServer, speak: Speak) -> None:
    """Without `since` only what comes; by symbol only its facts; an async loop sees the same."""
    speaker = speak(desk.url)
    say(speaker, 0, 3)
    assert speaker.flush(PATIENCE)

    async def first() -> int:
        events = follow_async(["event"], symbols=["AAPL"], url=desk.url, token=API_TOKEN)
        waiting = asyncio.ensure_future(anext(events))
        while not waiting.done():  # what is said before it listens is not for it
            await asyncio.sleep(0.3)
            speaker.broadcast_event("order", "another", ticker="MSFT", n=3)
            speaker.broadcast_event("order", "this one", ticker="AAPL", n=4)
        found = await waiting
        await events.aclose()  # type: ignore[attr-defined]
        return int(found["data"]["n"])

    assert asyncio.run(first()) == 4


def test_a_loop_ends_when_it_is_closed(desk: DeskServer) -> None:
    """close() from another thread ends a loop that waits."""
    events = follow(["event"], url=desk.url, token=API_TOKEN)
    threading.Timer(0.3, events.close).start()
    assert list(events) == []


def test_refusals_are_raised(desk: DeskServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A loop that could only wait for ever says why instead: no token, a wrong one, a type that does not exist."""
    monkeypatch.delenv("SIGNAL_DESK_TOKEN", raising=False)
    with pytest.raises(NoToken):
        follow(url=desk.url)
    with pytest.raises(Refused) as wrong:
        next(follow(url=desk.url, token="nobody-gave-this-one"))
    assert wrong.value.code == "not_authenticated"
    with pytest.raises(Refused) as unknown:
        next(follow(types=["no_such_type"], url=desk.url, token=API_TOKEN))
    assert unknown.value.code == "unknown_type"


def test_history_without_limit_and_a_history_that_was_reset(
    desk: DeskServer, cable: Cable, speak: Speak, caplog: pytest.LogCaptureFixture
) -> None:
    """A loop that fell further behind than a socket replays reads on by HTTP; another epoch is said, and survived.

    Seen to fail with a follower that takes the snapshot it is then sent for its new place.
    """
    speaker = speak(desk.url)
    head = desk.get("/api/events", limit=1)["head"]
    events = follow(["event"], since=head, url=cable.url, token=API_TOKEN)
    say(speaker, 0, 5)
    assert [next(events)["data"]["n"] for _ in range(5)] == list(range(5))
    cable.cut()
    say(speaker, 5, 700)
    assert speaker.flush(PATIENCE)
    cable.mend()
    assert [next(events)["data"]["n"] for _ in range(695)] == list(range(5, 700))
    events.close()
    with follow(["event"], since={"epoch": "another", "seq": 3}, url=desk.url, token=API_TOKEN) as lost:
        came = threading.Event()

        def say_again_and_again() -> None:
            """What is said before it listens is not for it."""
            while not came.wait(0.5):
                say(speaker, 700, 701)

        saying = threading.Thread(target=say_again_and_again)
        saying.start()
        assert next(lost)["data"]["n"] == 700
        came.set()
        saying.join()
    assert "history was reset" in caplog.text


def test_behind_what_the_desk_keeps(desk: DeskServer, speak: Speak, caplog: pytest.LogCaptureFixture) -> None:
    """Facts were archived while a follower was away: it is told so, and goes on with the oldest that is kept.

    Seen to fail with a follower that took the answer's `next` and so left out all that is kept."""
    speaker = speak(desk.url)
    before = desk.get("/api/events", limit=1)["head"]
    say(speaker, 0, 300)
    assert speaker.flush(PATIENCE)
    facts = desk.facts(after=before, types="event", source=speaker.source)
    oldest = facts[150]["seq"]
    with sqlite3.connect(desk.data_dir / "desk.db") as raw:
        raw.execute("DELETE FROM journal WHERE seq < ?", [oldest])
    raw.close()
    later = threading.Timer(1.0, lambda: say(speaker, 300, 301))
    later.start()
    came: list[int] = []
    with Follower(["event"], since=facts[20]["seq"], url=desk.url, token=API_TOKEN) as events:
        while 300 not in came:
            came.append(next(events)["data"]["n"])
    later.join()
    assert came == list(range(150, 301))
    assert "archived" in caplog.text
