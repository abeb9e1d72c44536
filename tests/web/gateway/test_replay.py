"""Who comes back from beyond the ring: together they read the past once, and nobody stays behind for good."""

import contextlib
import gc
import json
import selectors
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket

from events.envelope import Fact
from events.errors import DatabaseUnavailable
from events.journal import Entry, Journal, Unit, open_journal
from runtime import make
from tests.support.patience import PATIENCE
from tests.web.gateway.following import Plain, Talker, wait_for
from web.gateway import pages
from web.gateway.joining import Behind
from web.gateway.messages import OLDER_MESSAGES, Encoder
from web.gateway.pages import PAGE, Archived, Pages
from web.gateway.rooms import EVERYTHING, subscription

FACTS, RING = 1_000, 150
TINY = 4096


def facts(count: int) -> list[Fact]:
    return [
        Fact(type="event", data={"n": n, "pad": "x" * 40}, message="m", source="test", symbol=("NQ1!", "ES1!")[n % 2])
        for n in range(1, count + 1)
    ]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = open_journal(f"sqlite:///{tmp_path / 'desk.db'}", make("threads"), ring=50)
    made.append(Unit(entries=[Entry(fact=fact) for fact in facts(1_050)]))
    yield made
    made.close()


@pytest.mark.socket
def test_those_who_come_back_together_read_the_past_once(start: Any) -> None:
    """Sockets and polls from the same far position: a read a page and not a read a page and client; each gets it all.

    Seen to fail with pages that are not kept. With a read a client, of 500 none came back before its read was given up.
    """
    gateway = start(ring_facts=RING, replay_facts=5_000)
    head = gateway.append(FACTS, at_once=200)
    epoch = gateway.poll(after=0, limit=1)["epoch"]
    position: dict[str, Any] = {"epoch": epoch, "seq": 30}
    before = gateway.seen()["reads"]
    clients = [Plain(gateway.ws, **position) for _ in range(4)]
    talkers = [Talker(gateway.url, auth={"token": "admin-token", **position}, transports=["websocket"])]
    missed = list(range(31, head + 1))
    for client in clients:
        assert client.facts_to(head) == missed
        client.close()
    for talker in talkers:
        talker.wait(lambda t: t.seqs and t.seqs[-1] == head)
        assert talker.seqs == missed
        talker.close()
    for _ in range(2):
        seqs, after = [], 30
        while after < head:
            page = gateway.poll(epoch=epoch, after=after, limit=500)
            seqs += [one["seq"] for one in page["items"]]
            after = page["next"]
        assert seqs == missed
    assert gateway.seen()["reads"] - before < 3 * FACTS / PAGE


@pytest.mark.socket
@pytest.mark.chaos
def test_five_hundred_come_back_at_once(start: Any) -> None:
    """The long form: all are up to date within 10 s, with a read a page, and none is let go."""
    gateway = start(ring_facts=2_000, replay_facts=5_000)
    head = gateway.append(7_000, at_once=200, size=400)
    epoch = gateway.poll(after=0, limit=1)["epoch"]
    hello = json.dumps({"op": "auth", "token": "admin-token", "epoch": epoch, "seq": head - 4_900})
    clients = [websocket.create_connection(gateway.ws, timeout=PATIENCE) for _ in range(500)]
    before, began = gateway.seen()["reads"], time.monotonic()
    selector, last = selectors.DefaultSelector(), f'"seq":{head},"id"'.encode()
    tails = {}
    for client in clients:
        client.send(hello)
        selector.register(client.sock, selectors.EVENT_READ)
        tails[client.sock] = b""
    while tails and time.monotonic() < began + PATIENCE:
        for key, _ in selector.select(1):
            line: Any = key.fileobj
            came = line.recv(1 << 20)
            assert came, "it was let go"
            tails[line] = tails[line][-100:] + came
            if last in tails[line]:
                selector.unregister(line)
                del tails[line]
    took, reads = time.monotonic() - began, gateway.seen()["reads"] - before
    print(f"{took:.1f} s, {reads} reads")
    assert took < 10
    assert reads < 100
    for client in clients:
        client.sock.close()


@pytest.mark.socket
def test_who_stays_too_far_behind_is_let_go(start: Any) -> None:
    """A client that reads on, but more slowly than facts come, is not told older and older ones without end: beyond
    what can be resumed it is let go with the reason, and comes back to the present.

    Seen to fail with no such bound: it was told all of it, later and later.
    """
    gateway = start(
        ring_facts=RING, replay_facts=200, client_queue_bytes=1 << 16, client_behind_seconds=0.3, send_buffer=TINY
    )
    epoch = gateway.poll(after=0)["epoch"]
    slow = Plain.__new__(Plain)
    small = [(socket.SOL_SOCKET, socket.SO_RCVBUF, TINY)]
    slow.socket = websocket.create_connection(gateway.ws, timeout=PATIENCE, sockopt=small)
    slow.say({"op": "auth", "token": "admin-token", "epoch": epoch, "seq": 0})
    slow.until("connection_status")
    got: list[int] = []

    def read() -> None:
        with contextlib.suppress(ConnectionError, websocket.WebSocketException):
            while True:
                got.append(slow.next()["seq"])
                time.sleep(0.01)

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    head = gateway.append(600, size=1_000, at_once=600)
    reading.join(PATIENCE)
    assert got == list(range(1, got[-1] + 1))
    assert got[-1] < head - 200
    assert gateway.seen()["figures"]["dropped_slow"] == 1
    assert "too far behind" in gateway.log.read_text()
    assert gateway.poll(epoch=epoch, after=got[-1])["reset"] == "too_old"


def test_a_burst_is_not_for_good() -> None:
    """Only who is too far behind the whole time is let go; who comes nearer meanwhile begins anew."""
    now = 1_000.0
    behind = Behind(reach=100, patience=60.0, clock=lambda: now)
    told = []
    for seconds, by in ((0, 500), (59, 500), (0, 100), (1, 101), (59, 9_000), (1, 101)):
        now += seconds
        told.append(behind.for_good(by))
    assert told == [False, False, False, False, False, True]


def everybody_asks(asked: list[int]) -> None:
    """A reading lasts until all eight have asked for it, and the last of them has had time to come to wait for it."""
    wait_for(lambda: len(asked) >= 8)
    time.sleep(0.2)


def test_a_page_is_read_once_and_its_pieces_are_shared(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody who asks while a page is read waits for that reading, and is given the same bytes; filters have their
    own, and what nobody uses is forgotten.
    """
    shared, reads = Pages(journal), []
    read = journal.read

    def slow(*args: Any) -> Any:
        reads.append(args)
        everybody_asks(asked)
        return read(*args)

    monkeypatch.setattr(journal, "read", slow)
    found: list[Any] = []
    asked: list[int] = []

    def ask() -> None:
        asked.append(1)
        found.append(shared.at(210))

    asking = [threading.Thread(target=ask) for _ in range(8)]
    for one in asking:
        one.start()
    for one in asking:
        one.join(PATIENCE)
    assert (len(reads), len({id(page) for page in found}), len(found)) == (1, 1, 8)
    page = found[0]
    piece, considered = page.piece("ws", EVERYTHING, 210, 2_000)
    assert page.piece("ws", EVERYTHING, 210, 2_000)[0] is piece
    assert [part.encode() for part in piece.parts] == [one.json.decode() for one in page.after(210)[: considered - 210]]
    odd, considered = page.piece("socketio", subscription(symbols=["ES1!"]), 210, 1 << 20)
    assert (len(odd.parts), considered) == (95, 400)
    monkeypatch.setattr(pages, "KEPT_SECONDS", 0.0)
    shared.sweep()
    shared.at(210)
    assert len(reads) == 2


def test_pages_are_bounded(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are replayed, so many bytes of them are kept; many filters and places at once keep no more.

    Seen to fail where room was made for a new page only: each of those that were there grew to the bound by itself.
    """
    shared = Pages(journal)
    alone = shared.at(0).size
    monkeypatch.setattr(pages, "KEPT_BYTES", bound := 6 * alone)
    for seq in (first + at for at in range(0, PAGE, 7) for first in range(0, 1_000, PAGE)):
        page = shared.at(seq)
        for symbols in (None, ["NQ1!"], ["ES1!"], ["nothing"]):
            page.piece("ws", subscription(symbols=symbols), seq, 1 << 20)
        assert sum(one.size for one in shared._pages.values()) <= bound + alone


@pytest.mark.parametrize("wanted", ["nothing", "NQ1!"])
def test_filters_of_many_names_keep_no_more(journal: Journal, monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    """What a piece is known by counts as well: a login that reads could ask by other long lists of names without end.

    Seen to fail with 3.6 MB for 200 such lists: what matched nothing was kept for nothing.
    """
    monkeypatch.setattr(pages, "KEPT_BYTES", 500_000)
    page = Pages(journal).at(200)
    gc.collect()
    tracemalloc.start()
    try:
        for n in range(200):
            names = [wanted, *(f"{n}-{at}" for at in range(199))]
            page.piece("ws", subscription(symbols=names), 399, 1 << 20)
        assert tracemalloc.get_traced_memory()[0] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_reading_that_fails_fails_for_all_who_wait(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five hundred clients do not wait five seconds each, one after the other; the next one to ask reads again."""
    shared, reads = Pages(journal), []

    asked: list[int] = []

    def away(*args: Any) -> Any:
        reads.append(args)
        everybody_asks(asked)
        raise DatabaseUnavailable("away")

    told: list[str] = []

    def ask() -> None:
        asked.append(1)
        try:
            shared.at(210)
        except DatabaseUnavailable as error:
            told.append(error.message)

    with monkeypatch.context() as patched:
        patched.setattr(journal, "read", away)
        asking = [threading.Thread(target=ask) for _ in range(8)]
        for one in asking:
            one.start()
        for one in asking:
            one.join(PATIENCE)
    assert (told, len(reads)) == (["away"] * 8, 1)
    assert shared.at(210).follows(210)


def test_what_was_archived_meanwhile_is_no_silent_gap(journal: Journal) -> None:
    """A replay whose next facts are gone ends, also in the middle of a page; behind them it goes on.

    Seen to fail with what the database had next: the client was told on from there.
    """
    shared = Pages(journal)
    journal.maintain(lambda _, connection: connection.run("DELETE FROM journal WHERE seq <= 450"), 5.0)
    for seq in (0, 399, 400, 449):
        assert not shared.keeps(seq)
        with pytest.raises(Archived):
            shared.at(seq)
    assert shared.keeps(450)
    assert shared.at(450).after(450)[0].seq == 451
    assert shared.keeps(journal.head)


def test_large_facts_are_read_a_few_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of them end sooner. Who follows gets all of them, who follows with him shares his pages, who comes in the
    middle finds his place.

    Seen to fail with pages by number alone: the first had 8 MB.
    """
    journal = open_journal(f"sqlite:///{tmp_path / 'large.db'}", make("threads"), ring=1)
    many = [Fact(type="event", data={"pad": "x" * 90_000}, message="m", source="test") for _ in range(90)]
    try:
        for group in (facts(150), many, facts(30)):
            journal.append(Unit(entries=[Entry(fact=fact) for fact in group]))
        shared, reads, read = Pages(journal), [], journal.read
        monkeypatch.setattr(journal, "read", lambda *args: (reads.append(args), read(*args))[1])
        reached = [0, 0]
        while min(reached) < 269:
            for who, seq in enumerate(reached):
                page = shared.at(seq)
                assert page.size < 2 * 1_800_000
                found = [one.seq for one in page.after(seq)]
                assert found == list(range(seq + 1, seq + 1 + len(found)))
                reached[who] = found[-1] or 0
        assert len(reads) < 10
        for seq in (3, 149, 190, 199, 230, 239, 268):
            assert Pages(journal).at(seq).after(seq)[0].seq == seq + 1
    finally:
        journal.close()


def test_older_facts_are_encoded_once_for_all_who_ask() -> None:
    """Two who page through the past at the same time share its messages; a long replay costs the newest none of theirs.

    Seen to fail with one room for both: the newest were encoded again.
    """
    encoder = Encoder(keep=100)
    told = [fact.at("e", seq) for seq, fact in enumerate(facts(3_000), 1)]
    newest = [encoder.fact(fact) for fact in told[-100:]]
    first = [encoder.fact(fact) for fact in told[500:700]]
    assert all(a is b for a, b in zip(first, map(encoder.fact, told[500:700]), strict=True))
    for fact in told[:2_900]:
        encoder.fact(fact)
    assert all(a is b for a, b in zip(newest, map(encoder.fact, told[-100:]), strict=True))
    assert len(encoder._older) == OLDER_MESSAGES


def test_the_first_fact_after_a_start_costs_no_more_than_others() -> None:
    """However long the journal is, and however far the next fact lies ahead, what is forgotten is what was kept.

    Seen to fail with every number up to the first fact's: some minute of the loop.
    """
    encoder = Encoder(keep=100)
    began = time.process_time()
    for fact, seq in zip(facts(3), (10**9, 10**9 + 1, 2 * 10**9), strict=True):
        encoder.fact(fact.at("e", seq))
    assert time.process_time() - began < 5
    assert [encoder.made(seq) is not None for seq in (10**9, 10**9 + 1, 2 * 10**9)] == [False, False, True]
