"""One WebSocket on a hand-turned loop: what it reads, in which order it hands it on, and how it ends."""

from typing import Any

import pytest
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from tests.web.gateway.by_hand import MOST, Line, Loop, Wire
from web.gateway.handshake import NotAWebSocket, accept
from web.gateway.leaving import Leaving
from web.gateway.packets import Packet
from web.gateway.websocket import WAITING_MOST

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


@pytest.fixture
def line() -> Line:
    return Line()


def test_messages_come_in_order_and_cost_a_task_only_while_there_are_some(line: Line) -> None:
    """Whole, in fragments with a ping between, byte by byte, as text and as bytes; one task for what came at once."""
    line.comes(TextMessage("a"), TextMessage("b", message_finished=False), Ping(b"?"), TextMessage("c"))
    assert (line.reader.seen, len(line.loop.tasks)) == ([], 1)
    line.loop.turn()
    assert line.reader.seen == ["a", "bc"]
    assert [event.payload for event in line.heard() if isinstance(event, Pong)] == [b"?"]
    for byte in line.peer.send(BytesMessage(b"d" * 200)) + line.peer.send(TextMessage("é")):
        line.arrives(bytes([byte]))
    line.loop.turn()
    assert line.reader.seen == ["a", "bc", b"d" * 200, "é"]
    assert not line.loop.tasks


def test_what_can_be_dealt_with_at_once_needs_no_task(line: Line) -> None:
    """Such as the answer to a ping, of the protocol or of the one above it."""
    line.comes(TextMessage("now"), Pong())
    assert (len(line.loop.tasks), line.reader.pongs, line.reader.seen) == (0, 1, [])


def test_an_answer_to_a_ping_needs_no_parser(line: Line) -> None:
    """Engine.IO's, which is a letter, and the protocol's own: thousands come, and nearly nothing else."""
    line.comes(TextMessage("before" * 50), TextMessage("é"))
    line.socket._parser = None  # type: ignore[assignment]
    line.comes(TextMessage("3"))
    line.comes(Pong())
    line.loop.turn()
    assert (line.reader.seen, line.reader.pongs) == (["before" * 50, "é", "3"], 1)


def test_however_the_kernel_cuts_what_came_it_is_read_the_same() -> None:
    """Also where a piece of something longer looks like an answer. Seen to fail when it is taken for one."""
    letter, pong = b"\x81\x81\0\0\0\x003", b"\x8a\x80\0\0\0\0"
    looks_so = b"\x82\x8d\0\0\0\0" + letter + pong
    long = b"\x81\xfe\0\x7e\0\0\0\0" + b"a" * 126
    came = looks_so + letter + long + pong + b"\x01\x81\0\0\0\0b" + pong + b"\x80\x81\0\0\0\0c" + letter
    for size in (1, len(pong), len(letter)):
        for start in range(len(came)):
            line = Line()
            for piece in (came[:start], came[start : start + size], came[start + size :]):
                if piece:
                    line.arrives(piece)
            line.loop.turn()
            assert line.reader.seen == [letter + pong, "3", "a" * 126, "bc", "3"]
            assert line.reader.pongs == 2


def test_a_letter_amid_a_message_in_pieces_breaks_the_rules(line: Line) -> None:
    """As any other message there. Seen to fail when it is taken without the parser."""
    line.comes(TextMessage("a piece", message_finished=False))
    line.arrives(b"\x81\x81\0\0\0\x003")
    assert line.closed_with() == 1002
    line.loop.turn()
    assert line.reader.seen == [None]


def test_a_message_in_many_pieces_is_one_text_and_few_objects(line: Line) -> None:
    """A frame a letter, as long as a message may be. Seen to fail with every piece kept apart: 999 of them."""
    kept = 0
    for n in range(MOST - 1):
        line.comes(TextMessage("ab"[n % 2], message_finished=False))
        line.loop.turn()
        kept = max(kept, len(line.socket._pieces))
    line.comes(TextMessage("!"))
    line.loop.turn()
    assert line.reader.seen == ["ab" * 499 + "a!"]
    assert kept <= 256


def test_who_is_behind_is_not_read(line: Line) -> None:
    """A flood stays in the kernel until the messages before it are handled; then all of it comes, in order.

    Seen to fail without the rest in `_parse`.
    """
    waited: list[int] = []
    line.reader.during = lambda: waited.append(len(line.socket._inbox))
    for n in range(1000):
        line.comes(TextMessage(f"{n:04d}"))
    assert line.wire.readable is None
    while len(line.reader.seen) < 1000:
        line.loop.turn()
        line.read()
    assert line.reader.seen == [f"{n:04d}" for n in range(1000)]
    assert max(waited) <= WAITING_MOST


def test_a_flood_of_short_frames_is_not_read(line: Line) -> None:
    """Some at once are, then at a steady rate; what is longer is not counted. Seen to fail without the counting."""
    for _ in range(2000):
        line.comes(TextMessage("x" * 200))
        line.loop.turn()
    assert line.wire.readable is not None
    assert len(line.reader.seen) == 2000
    read = 0
    while line.wire.readable is not None and read < 2000:
        line.comes(Pong())
        read += 1
    assert 250 <= read < 1000
    line.loop.turn()
    assert line.wire.readable is not None


def test_a_second_task_never_overtakes_the_first(line: Line) -> None:
    """What comes while a message is handled waits for it, however long that takes."""
    inside: list[int] = []

    def during() -> None:
        inside.append(1)
        if len(line.reader.seen) == 1:
            line.comes(TextMessage("second"))
            line.loop.turn()
            assert len(inside) == 1, "it was handled meanwhile"

    line.reader.during = during
    line.comes(TextMessage("first"))
    line.loop.turn()
    assert line.reader.seen == ["first", "second"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\xfe\x03\xe9abcd" + b"x" * 1001, 1009),
        (b"\x81\xff\x00\x00\x00\x01\x00\x00\x00\x00abcd" + b"x" * 1001, 1009),
        (b"\x01\x80abcd" + b"\x00\x80abcd" * 1001, 1009),
        (b"\x81\x05hello", 1002),
        (b"\xc1\x80abcd", 1002),
        (b"\x83\x80abcd", 1002),
        (b"\x80\x80abcd", 1002),
        (b"\x09\x80abcd", 1002),
        (b"\x81\x81\x00\x00\x00\x00\xff", 1007),
    ],
    ids=[
        *("too long", "four gigabytes", "a thousand empty pieces", "not masked", "reserved bits", "no such frame"),
        *("a piece of nothing", "a ping in pieces", "no text"),
    ],
)
def test_what_breaks_the_rules_is_told_which_and_ended(line: Line, data: bytes, code: int) -> None:
    """With the code that RFC 6455 gives it; nothing after it is read, the message before it counts."""
    line.comes(TextMessage("before"))
    line.arrives(data)
    while line.wire.came:  # a flood of short pieces is read a little at a time
        line.loop.turn()
        line.read()
    line.arrives(line.peer.send(TextMessage("after")))
    assert line.closed_with() == code
    line.loop.turn()
    assert line.reader.seen == ["before", None]
    assert line.wire.closed


@pytest.mark.parametrize("how", ["goodbye", "end", "reset", "in the middle of a frame"])
def test_a_client_that_leaves_is_told_last(line: Line, how: str) -> None:
    """Whatever it said before is handled, then its end, once; then the connection is given back."""
    line.comes(TextMessage("last words"))
    if how == "goodbye":
        line.comes(CloseConnection(1000, "bye"))
        assert line.closed_with() == 1000
        assert line.peer.state is ConnectionState.CLOSED
    else:
        if how == "in the middle of a frame":
            line.arrives(b"\x81\xfe\x03")
        line.arrives(b"")
    assert not line.wire.closed
    assert not line.outbox.open
    line.loop.turn()
    assert line.reader.seen == ["last words", None]
    assert line.wire.closed


def test_who_is_let_go_hears_why_and_is_heard_no_more(line: Line) -> None:
    """The code and the words, a moment for its answer, then the end, also when no answer comes."""
    line.socket.close(1013, "restarting")
    line.socket.close(1000)
    line.comes(TextMessage("too late"))
    assert line.closed_with() == 1013
    assert not line.wire.shut
    line.loop.turn()
    assert line.reader.seen == [None]
    assert line.wire.shut
    assert line.wire.closed


def test_who_takes_nothing_is_let_go_without_a_word(line: Line) -> None:
    """A goodbye that the kernel does not take is not waited for."""
    line.wire.full = True
    line.socket.close(1013, "restarting")
    line.loop.turn()
    assert line.reader.seen == [None]
    assert (line.wire.sent, line.wire.closed) == (b"", True)


def test_pings_wait_behind_what_is_owed(line: Line) -> None:
    """A client that pings and does not read is owed no more than its bound, and then over it."""
    over: list[int] = []
    line.outbox.on_over = lambda: over.append(line.outbox.bytes)
    line.wire.full = True
    for _ in range(200):
        line.comes(Ping(b"x" * 100))
    assert len(over) == 1
    assert line.outbox.bytes < 11_000


@pytest.mark.parametrize("room", [0, 4], ids=["nothing", "a piece"])
def test_what_waited_is_written_once_the_client_reads_again(line: Line, room: int) -> None:
    """All of it, whole and in order, whatever the kernel took before and whatever is put meanwhile; after that frames
    go directly again.

    Seen to fail with a writer that takes a full wire for a broken one.
    """
    line.wire.full, line.wire.room = not room, room
    for n in range(3):
        line.outbox.put(Packet.text(b"queued %d" % n))
    assert line.outbox.bytes > 0

    def read_again() -> None:
        line.outbox.put(Packet.text(b"meanwhile"))
        line.wire.full, line.wire.room = False, None

    line.wire.waited = read_again
    line.loop.turn()
    assert (line.outbox.bytes, line.outbox.open, line.wire.closed) == (0, True, False)
    line.outbox.put(Packet.text(b"directly"))
    said = [event.data for event in line.heard() if isinstance(event, TextMessage)]
    assert said == ["queued 0", "queued 1", "queued 2", "meanwhile", "directly"]
    assert not line.loop.tasks


def test_a_message_that_cannot_be_read_ends_the_connection(line: Line) -> None:
    """What came after it is dropped."""
    line.comes(TextMessage("one"), TextMessage("broken"), TextMessage("two"))
    line.loop.turn()
    assert line.reader.seen == ["one", None]
    assert line.wire.closed


@pytest.mark.parametrize(
    "wrong",
    [
        {"REQUEST_METHOD": "POST"},
        {"HTTP_CONNECTION": "keep-alive"},
        {"HTTP_UPGRADE": "h2c"},
        {"HTTP_SEC_WEBSOCKET_VERSION": "8"},
        {"HTTP_SEC_WEBSOCKET_KEY": "short"},
        {"desk.connection": None},
    ],
)
def test_only_a_handshake_takes_a_connection(wrong: dict[str, Any]) -> None:
    """Each of its parts is needed; what is none leaves the connection to the server."""
    wire = Wire()

    class Given:
        taken = 0

        def take(self) -> Wire:
            Given.taken += 1
            return wire

    environ = {
        "REQUEST_METHOD": "GET",
        "HTTP_CONNECTION": "keep-alive, Upgrade",
        "HTTP_UPGRADE": "WebSocket",
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        "HTTP_SEC_WEBSOCKET_KEY": KEY,
        "desk.connection": Given(),
    }
    with pytest.raises(NotAWebSocket):
        accept(environ | wrong, Loop(), MOST, Leaving(Loop()))  # type: ignore[arg-type]
    assert Given.taken == 0
    wire.early = Connection(ConnectionType.CLIENT).send(TextMessage("at once"))
    accepted = accept(environ, Loop(), MOST, Leaving(Loop()))  # type: ignore[arg-type]
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in wire.sent  # RFC 6455, section 1.3
    assert accepted.wait() == "at once"  # it did not wait for the answer, and is heard all the same
