"""One accepted WebSocket without a task: read on the loop, handled by a task that lives only while there is something.

RFC 6455 is wsproto's business; this is who reads, how much waits, and how it ends.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import CloseConnection, Event, Message, Ping, Pong
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError

from web.gateway.line import Line
from web.gateway.packets import Packet
from web.gateway.short_frames import EMPTY_PONG, ends_with_a_frame, one_letter

if TYPE_CHECKING:
    from runtime import Runtime, Waiter, Wire
    from web.gateway.leaving import Leaving
    from web.gateway.outbox import Outbox

# One reading parses at most so much: a stranger's thousand tiny frames must not hold up the others for long.
READ_BYTES = 4096
# So many pieces of an unfinished message are kept apart: each costs far more than its few letters.
PIECES_MOST = 256
# So many messages, or the longest one, wait; then the client is not read until some are handled.
WAITING_MOST = 64
# After so many of its messages a client lets the others have a turn.
IN_A_ROW = 16
# A frame costs the same however short it is: of those with fewer letters than this come so many a second, for that many
# seconds at once; who sends more is not read meanwhile. A ping each 25 s and 20 messages a second are far from it.
SHORT_BYTES, SHORT_A_SECOND, SHORT_SECONDS = 128, 100, 2.5
# How long a client that is let go has for the closing handshake.
CLOSE_SECONDS = 0.3
PING = Packet(b"\x89\x00")
log = logging.getLogger("web.gateway")
Incoming = str | bytes


class Reader(Protocol):
    """Who handles what comes in. Only `at_once` and `pong` are called on the loop, where they must not yield."""

    def at_once(self, message: Incoming) -> bool:
        """Whether the message was dealt with, so that it needs no task."""

    def pong(self) -> None:
        """An answer to a ping of the protocol itself."""

    def take(self, message: Incoming) -> None:
        """One message; the next one waits until this returns. Raises ValueError to end the connection."""

    def ended(self) -> None:
        """After the last message, however it ended; then the connection is closed."""


class WebSocket:
    """`most` is the longest message, in characters or bytes. First `wait` for messages, then `follow`, for good."""

    __slots__ = (
        *("_between", "_closing", "_deaf", "_due", "_inbox", "_leaving", "_most", "_outbox", "_over", "_parser"),
        *(
            "_paused",
            "_pieces",
            "_reader",
            "_runtime",
            "_size",
            "_waiter",
            "_waiting_size",
            "_wire",
            "_working",
            "line",
        ),
    )

    def __init__(self, wire: Wire, runtime: Runtime, most: int, leaving: Leaving) -> None:
        self._wire, self._runtime, self._most, self._leaving = wire, runtime, most, leaving
        self._parser = Connection(ConnectionType.SERVER)
        self.line = Line(wire)
        # Empty tuples, because an empty deque takes 760 bytes and most clients never say anything.
        self._inbox: deque[Incoming] | tuple[()] = ()
        self._pieces: list[Incoming] | tuple[()] = ()
        self._size = self._waiting_size = 0
        self._between = True  # a frame comes next, not the rest of one
        self._due = 0.0  # when the short frames so far would have come at the steady rate, in monotonic seconds
        self._closing = self._deaf = self._over = self._paused = self._working = False
        self._reader: Reader | None = None
        self._outbox: Outbox | None = None
        self._waiter: Waiter | None = None
        wire.watch(self._readable)

    # Taking what came
    def wait(self, timeout: float | None = None) -> Incoming | None:
        """The next message; None at the end or when none comes in time. For one task, which then follows or closes."""
        if not self._inbox and not self._over:
            self._waiter = self._runtime.waiter()
            self._waiter.wait(timeout)
            self._waiter = None
        return self._next() if self._inbox else None

    def follow(self, reader: Reader, outbox: Outbox) -> None:
        """From now on `reader` gets the messages; whoever has waited so far may go. Control frames go by `outbox`."""
        self._reader, self._outbox = reader, outbox
        if self._over:
            self._leave(reader, outbox)
        elif self._inbox:
            self._work()

    def _next(self) -> Incoming:
        assert isinstance(self._inbox, deque)
        message = self._inbox.popleft()
        self._waiting_size -= len(message)
        if not self._inbox:
            self._inbox = ()
        self._go_on()
        return message

    def _go_on(self) -> None:
        if not (self._over or self._paused or self._full()):
            self._wire.watch(self._readable)

    def _full(self) -> bool:
        return len(self._inbox) >= WAITING_MOST or self._waiting_size > self._most

    def _work(self) -> None:
        if not self._working:
            self._working = True
            self._runtime.spawn(self._handle, self._reader)

    def _handle(self, reader: Reader) -> None:
        """In its task."""
        handled = 0
        try:
            while self._inbox:
                reader.take(self._next())
                handled += 1
                if handled % IN_A_ROW == 0:
                    self._runtime.sleep(0)
        except ValueError as error:
            log.debug("a message could not be read: %s", error)
            self.abort()
        except BaseException:
            self.abort()
            raise
        finally:
            if self._over:
                self._end(reader)
            else:
                self._working = False

    def _leave(self, reader: Reader, outbox: Outbox) -> None:
        """Nothing more will come, and nothing can be sent."""
        outbox.lose()
        if self._inbox or self._working or outbox.writing:
            self._work()  # in a task that can wait for these
        else:
            self._leaving.add(partial(self._end, reader))

    def _end(self, reader: Reader) -> None:
        try:
            reader.ended()
        finally:
            self._wire.close()
            # What holds on to each other lies about until a full collection, and those are seldom.
            self._reader = None
            if self._outbox is not None:
                self._outbox.release()
                self._outbox = None

    # Reading, on the loop
    def hear(self, early: bytes) -> None:
        """What came together with the handshake, by a client that did not wait for its answer."""
        self._parse(early)

    def _readable(self) -> None:
        try:
            data = self._wire.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._finish()
        elif not self._deaf:
            self._parse(data)

    def _parse(self, data: bytes) -> None:
        if not (self._between and self._size == 0 and self._without_parser(data)):
            self._between = self._between and ends_with_a_frame(data)
            short = self._with_parser(data)
            if self._deaf or self._over:
                return
        else:
            short = 1
        if short > 0:
            self._charge(short)
        if self._full():
            self._wire.rest()

    def _without_parser(self, data: bytes) -> bool:
        """Answers to pings, which are nearly all that thousands of idle clients say; whether it was one."""
        if (letter := one_letter(data)) is not None:
            self._message(letter)
        elif data[:2] == EMPTY_PONG and len(data) == 6:
            self._pong()
        else:
            return False
        return True

    def _with_parser(self, data: bytes) -> int:
        """How many short frames it was."""
        short = -(len(data) // SHORT_BYTES)
        try:
            self._parser.receive_data(data)
            for event in self._parser.events():
                short += 1
                self._event(event)
                if self._deaf or self._over:
                    break
        except LocalProtocolError as error:  # data after its goodbye
            log.debug("frames came too late: %s", error)
            self._finish()
        return short

    def _charge(self, short: int) -> None:
        """Read no more for a while when short frames come too fast."""
        now = time.monotonic()
        self._due = max(self._due, now) + short / SHORT_A_SECOND
        early = self._due - now - SHORT_SECONDS
        if early > 0:
            self._paused = True
            self._wire.rest()
            self._runtime.spawn(self._pause, early)

    def _pause(self, seconds: float) -> None:
        self._runtime.sleep(seconds)
        self._paused = False
        self._go_on()

    def _event(self, event: Event) -> None:
        if isinstance(event, Message):
            self._piece(event)
        elif isinstance(event, Ping):
            self._answer(event)
        elif isinstance(event, Pong):
            self._pong()
        elif isinstance(event, CloseConnection):
            if self._parser.state is ConnectionState.OPEN:  # not the client's word, but the parser's: it can't go on
                self._refuse(event.code, event.reason or "")
            else:
                self._goodbye(event)

    def _pong(self) -> None:
        if self._reader is not None:
            self._reader.pong()

    def _piece(self, event: Message[Any]) -> None:
        data: Incoming = event.data if isinstance(event.data, str) else bytes(event.data)
        self._size += max(1, len(data))  # an empty piece is kept too
        if self._size > self._most:
            self._refuse(CloseReason.MESSAGE_TOO_BIG, "Message is too big")
            return
        if not isinstance(self._pieces, list):
            self._pieces = []
        self._pieces.append(data)
        if not event.message_finished and len(self._pieces) < PIECES_MOST:
            return
        whole = data if len(self._pieces) == 1 else data[:0].join(self._pieces)  # type: ignore[arg-type]
        if event.message_finished:
            self._pieces, self._size = (), 0
            self._message(whole)
        else:
            self._pieces = [whole]

    def _message(self, message: Incoming) -> None:
        reader = self._reader
        if self._closing or (reader is not None and reader.at_once(message)):
            return
        if not isinstance(self._inbox, deque):
            self._inbox = deque()
        self._inbox.append(message)
        self._waiting_size += len(message)
        if self._waiter is not None:
            self._waiter.set()
        elif reader is not None:
            self._work()

    def _goodbye(self, event: CloseConnection) -> None:
        if not self._closing:
            self.line.try_send(self._parser.send(event.response()))
        self._finish()

    def _refuse(self, code: int, reason: str) -> None:
        """What comes can't be used any more: say so and read on only for the end."""
        self.close(code, reason)
        self._deaf = True

    def _finish(self) -> None:
        """Nothing more will come."""
        if not self._over:
            self._over = True
            self._wire.rest()
            self.line.abort()
            if self._waiter is not None:
                self._waiter.set()
            if self._reader is not None and self._outbox is not None:
                self._leave(self._reader, self._outbox)

    # Sending
    def send(self, message: str) -> None:
        """For the time before `follow`. Raises OSError."""
        try:
            frame = self._parser.send(Message(message))
        except LocalProtocolError as error:
            raise OSError("the socket is closing") from error
        self.line.send(frame)

    def ping(self) -> None:
        """Ask whether anybody is there, behind what it is owed already. Never yields."""
        if not self._closing and self._outbox is not None:
            self._outbox.owe(PING)

    def _answer(self, ping: Ping) -> None:
        try:
            frame = self._parser.send(ping.response())
        except LocalProtocolError:
            return  # it is closing
        if self._outbox is not None:
            self._outbox.owe(Packet(frame))
        elif self.line.try_send(frame) != b"":
            self.abort()  # before it said who it is, it has no right to be waited for

    def close(self, code: int = CloseReason.NORMAL_CLOSURE, reason: str = "") -> None:
        """The closing handshake when the line is free, and the end in any case. Never yields."""
        if self._over:
            self.abort()
        elif not self._closing:
            self._closing = True
            try:
                said = self.line.try_send(self._parser.send(CloseConnection(code, reason)))
            except LocalProtocolError:
                said = None
            if said == b"":
                self._runtime.spawn(self._let_go)
            else:
                self.abort()

    def _let_go(self) -> None:
        self._runtime.sleep(CLOSE_SECONDS)
        self.abort()

    def abort(self) -> None:
        """End it now, without a word; what waits is dropped. Never yields."""
        self._inbox = ()
        self._finish()
        if self._reader is None:  # else it is told first
            self._wire.close()
