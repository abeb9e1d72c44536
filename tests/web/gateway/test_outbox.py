"""The bounded queue and the line of one client, without a server."""

import socket
import threading
from collections.abc import Callable
from queue import Empty
from types import SimpleNamespace
from typing import Any

import pytest

from web.gateway import internals
from web.gateway.line import Line
from web.gateway.messages import Packet, frame, text
from web.gateway.outbox import Outbox
from web.gateway.stock import StockOutbox


def packet(word: bytes) -> Packet:
    return Packet(text(word))


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


def test_the_newest_figure_waits_behind_the_facts() -> None:
    """Facts go first, in order; of a figure only the newest is left."""
    box = outbox()
    for word in (b"one", b"two"):
        box.put(packet(word))
    for word in (b"old", b"new"):
        box.put_latest("price", packet(word))
    taken = [box.get(), box.get(block=False), box.get(block=False)]
    assert [one.text for one in taken] == ["one", "two", "new"]
    with pytest.raises(Empty):
        box.get(block=False)
    box.put_latest("price", packet(b"old"))
    box.put_latest("price", packet(b"new"))
    assert box.get().text == "new"


def test_a_partial_send_keeps_the_line_until_the_rest_is_out() -> None:
    """The rest of a frame is sent before anything else can be: a ping can't get between."""
    ours, theirs = socket.socketpair()
    wire: Any = SimpleNamespace(send=lambda data: ours.send(data[:4]), shutdown=ours.close)
    line = Line(wire)
    whole = frame(b"a longer text")
    rest = line.try_send(whole)
    assert rest == whole[4:]
    assert not line.open()
    assert line.try_send(frame(b"ping")) is None
    line.send_text(Packet.rest(rest).encode())
    assert line.open()
    line.send(frame(b"after"))
    assert theirs.recv(100) == whole + frame(b"after")


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


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_frames_are_as_the_standard_says(size: int) -> None:
    """Each of the three length forms is read back by another library."""
    from wsproto.connection import Connection, ConnectionType

    reader = Connection(ConnectionType.CLIENT)
    reader.receive_data(frame(b"x" * size))
    assert "".join(event.data for event in reader.events()) == "x" * size  # type: ignore[attr-defined]


def test_other_versions_of_the_libraries_take_the_stock_path() -> None:
    """The insides are leaned on only in the versions that were read; the fallback hands over plain texts."""
    assert internals.as_pinned()
    assert not internals.as_pinned(lambda name: "9.9.9")
    sent: list[Any] = []
    box = StockOutbox(100, sent.append)
    box.put(Packet(text(b'42["event",{}]')))
    assert sent == ['2["event",{}]']
