"""Heartbeats: often enough, in order with the facts, and without a send of their own where figures go out anyway."""

import itertools
import json
import random
import threading
from collections.abc import Callable
from queue import Empty
from types import SimpleNamespace
from typing import Any

from events.envelope import Fact, Passing
from runtime.fanout import ByPython
from tests.web.gateway.moving import Moving
from web.auth import Principal
from web.gateway.client import Client
from web.gateway.figures import Figures
from web.gateway.heartbeat import Heartbeat
from web.gateway.limits import Allowance
from web.gateway.line import Line
from web.gateway.messages import Encoder, Kind
from web.gateway.outbox import Outbox
from web.gateway.rooms import Rooms, subscription

SECONDS = 30.0


class House(Moving):
    """Rooms and their heartbeat."""

    def __init__(self) -> None:
        super().__init__()
        self.figures, self.encoder = Figures(100), Encoder(100)
        self.rooms = Rooms(self.figures, ByPython())
        journal: Any = SimpleNamespace(epoch="e")
        here: Any = self
        self.heartbeat = Heartbeat(journal, self.rooms, here, SECONDS, lambda: None, lambda: self.now)

    def fact(self) -> None:
        fact = Fact(type="event", data={"event_type": "info"}, message="m", source="test")
        self.rooms.tell([fact.at("e", self.rooms.considered + 1)], self.encoder.fact)

    def price(self, price: int) -> None:
        update = Passing(type="price_update", key="NQ1!", data={"price": price}, message="price", source="test")
        self.figures.add(update)
        self.rooms.tell_figures(self.heartbeat.along)

    def client(self, box: Outbox, kind: Kind, types: tuple[str, ...]) -> Client:
        principal = Principal("owner", frozenset({"read"}), "token", "t", "t")
        made = Client("c", kind, principal, box, lambda code, reason: None, {}, Allowance(1, 1))
        made.subscription = subscription(types=list(types))
        self.rooms.join(made)
        return made


class Ear:
    """A client whose line takes so many bytes, and no more until it is `let_through`; None: all of them."""

    def __init__(self, house: House, *types: str) -> None:
        self.sends: list[bytes] = []
        self.times: list[float] = []
        self.takes: int | None = None
        self._house = house
        self._tasks: list[Callable[[], None]] = []
        box = Outbox(1 << 20, threading.Event, self._tasks.append)
        wire: Any = SimpleNamespace(send=self._take, wait_writable=self._open, shutdown=lambda: None)
        line = Line(wire)
        box.write_with(line.send_packet, lambda: None)
        box.line = line
        self.client = house.client(box, "ws", types)
        self.let_through()

    def _take(self, frames: bytes) -> int:
        if self.takes == 0:
            raise BlockingIOError
        taken = bytes(frames[: self.takes])
        self.takes = None if self.takes is None else self.takes - len(taken)
        self.sends.append(taken)
        self.times.append(self._house.now)
        return len(taken)

    def _open(self) -> None:
        self.takes = None

    def let_through(self) -> None:
        self._open()
        while self._tasks:
            self._tasks.pop(0)()

    @property
    def bytes(self) -> int:
        return sum(map(len, self.sends))

    @property
    def heard(self) -> list[str]:
        found, rest = [], b"".join(self.sends)
        while rest:
            begin, size = (4, int.from_bytes(rest[2:4])) if rest[1] == 126 else (2, rest[1])
            found.append(named(json.loads(rest[begin : begin + size])))
            rest = rest[begin + size :]
        return found


def named(envelope: Any) -> str:
    """`fact 3`, `price 7`, `beat at 3`."""
    if envelope["type"] == "heartbeat":
        return f"beat at {envelope['data']['seq']}"
    return f"price {envelope['data']['price']}" if "price" in envelope["data"] else f"fact {envelope['seq']}"


def test_a_heartbeat_goes_along_with_figures_in_one_send() -> None:
    """From half of HEARTBEAT_SECONDS on, and then not again for as long.

    Seen to fail with one that is told after the figures: seven sends.
    """
    house = House()
    ear = Ear(house)
    for price, house.now in enumerate((14, 15, 16, 29, 30)):
        house.price(price)
    assert ear.heard == ["price 0", "price 1", "beat at 0", "price 2", "price 3", "price 4", "beat at 0"]
    assert len(ear.sends) == 5


def hear(takes: int | None, behind: bool = False) -> Ear:
    """Who can take so much when a heartbeat goes along with the second fact's price, and reads on when all is over."""
    house = House()
    ear = Ear(house)
    house.fact()
    if behind:
        ear.takes = 0
    house.fact()
    ear.takes = 0 if behind else takes
    house.now = SECONDS - 1
    house.price(1)
    house.fact()
    house.price(2)
    ear.let_through()
    return ear


def test_whatever_a_line_takes_it_hears_each_once_and_in_order() -> None:
    """All of what goes out together, any part of it, nothing, or nothing of the fact before: the heartbeat is not lost
    and comes before the next fact, of prices that wait the newest is told, and what the client's own line in
    `/api/connections` counts is what came.

    Seen to fail with a heartbeat that is forgotten where nothing was taken or for who is behind, with all of it queued
    there (a price that is overtaken, or comes twice), and with a heartbeat that counts twice or not at all.
    """
    everything = ["fact 1", "fact 2", "price 1", "beat at 2", "fact 3", "price 2"]
    overtaken = [one for one in everything if one != "price 1"]
    whole = hear(None)
    assert whole.heard == everything
    size = len(whole.sends[2])
    ears = [hear(takes) for takes in range(1, size + 1)]
    for ear, expected in [*((ear, everything) for ear in ears), (hear(0), overtaken), (hear(0, True), overtaken)]:
        assert ear.heard == expected
        assert (ear.client.sent, ear.client.sent_bytes) == (4, ear.bytes)
        assert ear.client.outbox.bytes == 0


def test_who_polls_is_told_the_same() -> None:
    """One packet each, as a polling answer takes them.

    Seen to fail with the figures queued beside the heartbeat, and with one that counts twice.
    """
    house = House()
    box = Outbox(1 << 20, threading.Event)
    client = house.client(box, "socketio", ())
    house.now = SECONDS - 1
    house.fact()
    house.price(1)
    house.fact()
    house.price(2)
    told = []
    while True:
        try:
            told.append(box.get(block=False).encode())
        except Empty:
            break
    assert [named(json.loads(one[one.index("{") : -1])) for one in told] == ["fact 1", "beat at 1", "fact 2", "price 2"]
    assert client.sent == 3


def test_who_wants_no_figures_is_told_as_well() -> None:
    """At the same time as everybody; where it would cost more sends than it saves, each has it by itself in its time.

    Seen to fail with rooms passed over that are owed no figure, and with one that goes along for a single client.
    """
    house = House()
    both = [Ear(house), Ear(house)]
    deaf = Ear(house, "alert")
    house.now = SECONDS / 2
    house.price(1)
    assert [ear.heard for ear in (*both, deaf)] == [["price 1", "beat at 0"]] * 2 + [["beat at 0"]]
    deaf_too = [Ear(house, "alert"), Ear(house, "error")]
    house.now = SECONDS
    house.price(2)
    assert [len(ear.heard) for ear in (*both, deaf, *deaf_too)] == [3, 3, 1, 0, 0]


def test_never_more_than_heartbeat_seconds_between_two() -> None:
    """Whatever figures are told meanwhile, also none; and none sooner than half of it.

    Seen to fail with a round that looks once a second, and with figures that put one off, or take one along whenever
    they are told.
    """
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    end = 20 * SECONDS
    for about in (0.3, 7.0, 28.0, 31.0, 70.0, end):
        house = House()
        ear, at = Ear(house), 0.0
        while (at := at + chance.uniform(0.9, 1.1) * about) < end:
            house.at.append((at, lambda house=house: house.price(1)))  # type: ignore[misc]
        house.at.append((end, house.heartbeat.stop))
        house.heartbeat.run()
        beats = [at for at, send in zip(ear.times, ear.sends, strict=True) if b"heartbeat" in send]
        between = [after - before for before, after in itertools.pairwise([0.0, *beats, end])]
        assert max(between) <= SECONDS + 1e-6
        assert min(between[:-1]) >= SECONDS / 2 - 1e-6
