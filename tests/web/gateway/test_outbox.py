"""The bounded queue and the line of one client, without a server."""

import json
import socket
import threading
from collections.abc import Callable
from queue import Empty
from types import SimpleNamespace
from typing import Any

import pytest
from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket

from events.envelope import Passing
from web.gateway import internals
from web.gateway.figures import Figures
from web.gateway.line import Line
from web.gateway.outbox import Outbox
from web.gateway.packets import Packet
from web.gateway.rooms import EVERYTHING
from web.gateway.stock import StockOutbox


def packet(word: bytes) -> Packet:
    return Packet.text(word)


def outbox(limit: int = 1000) -> Outbox:
    return Outbox(limit, threading.Event)


def test_over_the_limit_it_says_so_once_and_takes_no_more() -> None:
    """What exceeds the bound ends the client; nothing is queued after that."""
    box, told = outbox(100), []
    box.on_over = lambda: told.append(box.bytes)
    for _ in range(9):
        box.put(packet(b"x" * 40))
    assert len(told) == 1
    assert box.bytes <= 150


def test_the_librarys_packets_count_what_they_are() -> None:
    """An answer to a Socket.IO client weighs its bytes, as everything else does, and is the same text when it is taken;
    the end of a queue weighs nothing.

    Seen to fail with 64 bytes for each of them: a client that asked and never read was never over its limit.
    """
    box, told = outbox(1000), []
    box.on_over = lambda: told.append(box.bytes)
    box.put(EnginePacket(MESSAGE, "31[{}]"))
    box.put(None)
    assert box.bytes == len(packet(b"431[{}]").frame)
    assert (box.get().encode(b64=True), box.get(), box.bytes) == ("431[{}]", None, 0)
    for _ in range(9):
        box.put(EnginePacket(MESSAGE, '32["ü"]' * 50))
    assert len(told) == 1
    assert 1000 < box.bytes < 1500


def figures(*values: tuple[str, int]) -> Figures:
    made = Figures(most=100)
    for key, value in values:
        made.add(Passing(type="price_update", key=key, data={"price": value}, message="", source="test"))
    made.tell(1 << 20)
    return made


def test_the_newest_figures_wait_behind_the_facts() -> None:
    """Facts go first, in order; of each figure only the newest is left, the one that came first in front."""
    box = outbox()
    for word in (b"one", b"two"):
        box.put(packet(word))
    kept = figures(("NQ", 1), ("ES", 2), ("NQ", 3))
    box.follow_figures(lambda place: kept.taken(EVERYTHING, "ws", place))
    taken = [box.get().encode(), *(box.get(block=False).encode() for _ in range(3))]
    assert taken[:2] == ["one", "two"]
    assert [json.loads(one)["data"]["price"] for one in taken[2:]] == [2, 3]
    with pytest.raises(Empty):
        box.get(block=False)
    assert box.shown is None


def test_who_is_behind_keeps_a_place_and_no_figures() -> None:
    """Ten thousand figures on, a client that does not read has nothing more queued; it is owed each newest once.

    A dict of packets for each client, as it was, kept all of them and counted none.
    """
    tasks: list[Callable[[], None]] = []
    box, sent = Outbox(1000, threading.Event, tasks.append), []
    box.write_with(lambda one: sent.append(one.size), lambda: None)
    kept = figures()
    box.follow_figures(lambda place: kept.taken(EVERYTHING, "ws", place))
    for n in range(10_000):
        update = Passing(type="price_update", key=f"S{n % 90}", data={"price": n}, message="", source="test")
        figure = kept.add(update)
        box.owe_figures(kept.tell(1), figure.message.packet("ws"))
    assert (box.bytes, box.overtaken) == (0, 10_000 - 90)
    while tasks:
        tasks.pop()()
    assert sum(sent) == sum(figure.message.packet("ws").size for _, figure in kept.between(0, kept.newest))
    assert max(sent) < 20_000


def test_a_partial_send_keeps_the_line_until_the_rest_is_out() -> None:
    """The rest of a frame is sent before anything else can be: a ping can't get between."""
    ours, theirs = socket.socketpair()
    wire: Any = SimpleNamespace(send=lambda data: ours.send(data[:4]), shutdown=ours.close)
    line = Line(wire)
    whole = packet(b"a longer text").frame
    rest = line.try_send(whole)
    assert rest == whole[4:]
    assert not line.open()
    assert line.try_send(packet(b"ping").frame) is None
    line.send_packet(Packet.rest(rest))
    assert line.open()
    line.send(packet(b"after").frame)
    assert theirs.recv(100) == whole + packet(b"after").frame


def test_a_broken_line_is_waited_for_no_more() -> None:
    """Whoever fills the queue hears at once that nothing is taken any more; nothing counts as queued.

    Seen to fail with the bytes left as they were: a client that was being brought up to date then span without end.
    """
    tasks: list[Callable[[], None]] = []
    box, ended = Outbox(1000, threading.Event, tasks.append), []

    def broken(_: Any) -> None:
        raise ConnectionResetError

    box.write_with(broken, lambda: ended.append(True))
    for word in (b"one", b"two", b"three"):
        box.put(packet(word))
    tasks.pop()()
    assert (ended, box.bytes, box.wait_drained(5)) == ([True], 0, False)
    box.put(packet(b"four"))
    assert (tasks, box.bytes) == ([], 0)


def test_nothing_follows_the_end() -> None:
    """After its goodbye nobody is woken for what still comes; what held the line before goes out whole.

    Seen to fail with a writer for each of them: a frame behind the closing one, and with `clear` forgetting the rest
    of a frame.
    """
    ours, theirs = socket.socketpair()
    taken = [4]
    wire: Any = SimpleNamespace(send=lambda data: ours.send(data[: taken.pop()] if taken else data))
    tasks: list[Callable[[], None]] = []
    box, line = Outbox(1000, threading.Event, tasks.append), Line(wire)
    box.write_with(line.send_packet, lambda: line.send(b"goodbye"))
    box.line = line
    whole = packet(b"a longer text")
    box.put(whole)
    box.put(packet(b"too late to be told"))
    box.clear()
    while tasks:
        tasks.pop()()
    box.put(packet(b"later"))
    box.owe(packet(b"later still"))
    box.put(None)
    assert (tasks, box.bytes) == ([], 0)
    assert theirs.recv(100) == whole.frame + b"goodbye"


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_frames_are_as_the_standard_says(size: int) -> None:
    """Each of the three length forms is read back by another library."""
    from wsproto.connection import Connection, ConnectionType

    reader = Connection(ConnectionType.CLIENT)
    reader.receive_data(packet(b"x" * size).frame)
    assert "".join(event.data for event in reader.events()) == "x" * size  # type: ignore[attr-defined]


def test_other_versions_of_the_libraries_take_the_stock_path() -> None:
    """The insides are leaned on only in the versions that were read; the fallback hands over plain texts."""
    assert internals.as_pinned()
    assert not internals.as_pinned(lambda name: "9.9.9")
    sent: list[Any] = []
    box = StockOutbox(100, sent.append)
    box.put(Packet.text(b'42["event",{}]'))
    assert sent == ['2["event",{}]']
