"""A broadcast that fails in the middle: nobody is told twice, nobody misses anything without knowing."""

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from events import wire
from events.envelope import Fact, Passing
from events.errors import NotFinite
from events.journal import Entry, Journal, Unit, open_journal
from runtime import make
from runtime.fanout import ByPython
from tests.support.patience import PATIENCE
from tests.web.gateway.following import wait_for
from tests.web.gateway.moving import Moving
from web.auth import Principal
from web.gateway import telling
from web.gateway.client import Client
from web.gateway.figures import Figures
from web.gateway.limits import Allowance
from web.gateway.messages import Encoder
from web.gateway.outbox import Outbox
from web.gateway.packets import Packet
from web.gateway.rooms import Rooms, Subscription, subscription
from web.gateway.stats import Stats
from web.gateway.telling import Telling


class Broken(Outbox):
    """Whose every packet makes the desk fail."""

    def owe(self, packet: Packet) -> None:
        raise RuntimeError("nobody knows why")

    def owe_figures(self, figures: Any, packet: Packet) -> None:
        raise RuntimeError("nobody knows why")


def of_alerts(facts: Sequence[Fact]) -> bool:
    return all(fact.message == "alert" for fact in facts)


class House:
    """Rooms that follow a journal, and clients whose packets lie in their outboxes."""

    def __init__(self, journal: Journal, runtime: Any = None) -> None:
        self.journal, self.figures = journal, Figures(100)
        self.rooms, self.closed = Rooms(self.figures, ByPython()), list[str]()
        self.rooms.broke = lambda client: client.close(1013, "come back")
        self.encoder = Encoder(100)
        self.stats = Stats()
        telling = Telling(journal, self.rooms, self.encoder, runtime or make("threads"), self.stats, of_alerts)
        journal.listen(telling.hear)

    def client(self, name: str, outbox: Outbox, wanted: Subscription) -> Client:
        def close(code: int, reason: str) -> None:
            self.rooms.leave(made)
            self.closed.append(name)

        principal = Principal("owner", frozenset({"read"}), "token", "t", "t")
        made = Client(name, "ws", principal, outbox, close, {}, Allowance(1, 1))
        made.subscription = wanted
        self.rooms.join(made)
        return made

    def append(self, message: str = "m") -> None:
        fact = Fact(type="event", data={"event_type": "info"}, message=message, source="test", symbol="NQ1!")
        self.journal.append(Unit(entries=[Entry(fact=fact)]))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal(f"sqlite:///{tmp_path / 'desk.db'}", make("threads"))
    yield opened
    opened.close()


@pytest.fixture
def house(journal: Journal) -> House:
    return House(journal)


def outbox(kind: type[Outbox] = Outbox) -> Outbox:
    return kind(1 << 20, threading.Event)


def seqs(client: Client) -> list[int]:
    return [int(packet.encode().split('"seq":')[1].split(",")[0]) for packet in client.outbox._items]


def test_a_room_that_fails_ends_its_own_clients_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rooms told before and after it have each fact once; those in it are ended, also the one that was told.

    Seen to fail with the whole pass tried again: the first room had the fact again and again.
    """
    monkeypatch.setattr(telling, "RETRY_SECONDS", 0.01)
    first = house.client("first", outbox(), subscription(types=["event"]))
    beside = house.client("beside", outbox(), subscription())
    house.client("broken", outbox(Broken), subscription())
    last = house.client("last", outbox(), subscription(symbols=["NQ1!"]))
    for _ in range(3):
        house.append()
    wait_for(lambda: house.rooms.considered == 3)
    assert (seqs(first), seqs(last)) == ([1, 2, 3], [1, 2, 3])
    assert sorted(house.closed) == ["beside", "broken"]
    assert not beside.joined
    again = house.client("again", outbox(), subscription())
    house.append()
    assert (seqs(again), seqs(first)) == ([4], [1, 2, 3, 4])


def test_a_figure_that_fails_costs_its_room_alone(house: House) -> None:
    """Whoever publishes a figure is not told of it, and the other rooms have it."""
    house.client("broken", outbox(Broken), subscription())
    other = house.client("other", outbox(), subscription(types=["price_update"]))
    update = Passing(type="price_update", key="NQ1!", data={"price": 1}, message="price", source="test")
    figure = house.figures.add(update)
    house.rooms.tell_figures()
    assert house.closed == ["broken"]
    assert other.outbox.get().encode() == figure.message.json.decode()


def test_a_figure_without_json_leaves_the_one_before(house: House) -> None:
    """NaN is refused as it comes: no answer to a poll and no client's writer meets it later.

    Seen to fail with figures that are encoded when they are first needed: each poll was an error.
    """
    price = {"type": "price_update", "key": "NQ1!", "message": "price", "source": "test"}
    house.figures.add(Passing(data={"price": 1}, **price))
    with pytest.raises(NotFinite):
        house.figures.add(Passing(data={"price": float("nan")}, **price))
    passing, _ = house.figures.answer(None, subscription())
    assert wire.decode(passing)["price_update:NQ1!"]["data"] == {"price": 1}


def test_what_can_not_be_encoded_is_tried_again_for_all(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails before anybody was told, so all get it, once."""
    monkeypatch.setattr(telling, "RETRY_SECONDS", 0.01)
    clients = [house.client(f"c{n}", outbox(), subscription(types=["event"] * n)) for n in range(2)]
    encode, failures = house.encoder.fact, [RuntimeError("once"), RuntimeError("twice")]

    def fact(one: Fact) -> Any:
        if failures:
            raise failures.pop()
        return encode(one)

    monkeypatch.setattr(house.encoder, "fact", fact)
    house.append()
    wait_for(lambda: house.rooms.considered == 1)
    assert [seqs(client) for client in clients] == [[1], [1]]
    assert house.closed == []


def test_an_alert_and_what_it_brings_are_told_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """One send to each client instead of two, and a verdict does not wait until everybody has its alert.

    Seen to fail with each commit told by itself: [(1, 1), (2, 2), (3, 3)].
    """
    monkeypatch.setattr(telling, "HOLD_SECONDS", PATIENCE)
    client = house.client("first", outbox(), subscription())
    for message in ("alert", "alert", "verdict"):
        house.append(message)
    assert seqs(client) == [1, 2, 3]
    assert [(one.first, one.last) for one in house.stats.recent] == [(1, 3)]


def test_an_alert_without_a_verdict_is_told_all_the_same(house: House) -> None:
    """A model that hangs hides no alert: it is told after a moment, and what comes later follows it.

    Seen to fail without the timer.
    """
    client = house.client("first", outbox(), subscription())
    house.append("alert")
    wait_for(lambda: seqs(client) == [1])
    house.append("verdict")
    assert seqs(client) == [1, 2]


class Later(Moving):
    """A runtime whose tasks run when asked to, and the clock that moves by its sleeps."""

    def __init__(self, at: Sequence[tuple[float, Callable[[], None]]]) -> None:
        super().__init__(at)
        self.tasks: list[Callable[[], None]] = []

    def monotonic(self) -> float:
        return self.now

    def monotonic_ns(self) -> int:
        return int(self.now * 1e9)

    def spawn(self, task: Callable[[], None]) -> None:
        self.tasks.append(task)


def test_the_next_alert_waits_as_long_as_the_first(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """An alert comes a moment before the time of the one before, which has its verdict, would be over.

    Seen to fail with a timer that knows only the first one: [(1, 2), (3, 3)], the second verdict by itself.
    """
    later = Later([(0.002, lambda: verdict()), (0.0075, lambda: alert()), (0.0105, lambda: verdict())])
    monkeypatch.setattr(telling, "time", later)
    house = House(journal, later)
    alert, verdict = (partial(house.append, message) for message in ("alert", "verdict"))
    alert()
    for task in later.tasks:
        task()
    assert [(one.first, one.last) for one in house.stats.recent] == [(1, 2), (3, 4)]
