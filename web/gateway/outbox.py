"""The bounded queue of one client: what it is owed, in order, and behind that its place among the passing figures.

It also stands in for Engine.IO's own queue (same `get`, `put`, `task_done` and `join`), which has no bound: then there
is one queue a client, not two.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from queue import Empty
from typing import TYPE_CHECKING, Any

from web.gateway.packets import Packet

if TYPE_CHECKING:
    from runtime import Waiter
    from web.gateway.figures import Figure
    from web.gateway.line import Line

# One turn of a writer takes at most this much, because what it took no longer counts as queued.
TURN_BYTES = 64 * 1024
# Engine.IO's own clients refuse a polling answer of more packets than this.
TURN_PACKETS = 16
# A poll answers before proxies lose patience.
POLL_SECONDS = 20.0
TakeFigures = Callable[[int], "tuple[Packet | None, int | None]"]


def native_task(fn: Callable[[], None]) -> None:
    """A thread, where no engine runs."""
    threading.Thread(target=fn, daemon=True).start()


class Outbox:
    """`limit` in bytes; `on_over` is called, once, when it is exceeded, and must not yield.

    `shown` is the place among the passing figures up to which the client has them; None: it has, or was sent, all.

    A poll takes packets with `get`; for a socket `write_with` names who sends them, in a task that lives only while
    something waits: thousands of idle clients then cost no stacks.
    """

    __slots__ = (
        *("_drained", "_ended", "_figures", "_items", "_line", "_new_waiter", "_packets", "_rests", "_send", "_spawn"),
        *("_taken", "_waiting", "bytes", "empty_error", "idle_packet", "limit", "on_open", "on_over", "open"),
        *("over", "overtaken", "sent", "sent_bytes", "shown", "writing"),
    )

    def __init__(self, limit: int, new_waiter: Callable[[], Waiter], spawn: Callable[..., Any] = native_task) -> None:
        self.limit = limit
        self.bytes = 0
        self._line: Line | None = None
        self.writing = False  # whether a task sends what waits
        self.idle_packet: Any = None
        self.on_over: Callable[[], None] | None = None
        # Whether a broadcast may write to the line itself; `on_open` is told each change and must not yield.
        self.open = False
        self.on_open: Callable[[], None] | None = None
        self.empty_error: type[BaseException] = Empty
        self.sent = self.sent_bytes = 0
        self.overtaken = 0  # passing figures that a newer one replaced
        self.over = False
        self._new_waiter, self._spawn = new_waiter, spawn
        self._send: Callable[[Packet], None] | None = None
        self._ended: Callable[[], None] | None = None
        self._rests: Waiter | None = None
        # Nothing waits for most clients most of the time, and an empty deque takes 760 bytes.
        self._items: deque[Packet | None] | tuple[()] = ()
        self.shown: int | None = 0
        # The next figures after a place, and the place after them; None while it stands in no room.
        self._figures: TakeFigures | None = None
        self._waiting: list[Waiter] = []
        self._drained: Waiter | None = None
        self._taken = 0
        self._packets = 0

    @property
    def line(self) -> Line | None:
        """Where it may write directly, once there is one."""
        return self._line

    @line.setter
    def line(self, line: Line | None) -> None:
        if self._line is not None:
            self._line.changed = None
        self._line = line
        if line is not None:
            line.changed = self.review
        self.review()

    # Putting, never yielding
    def put(self, packet: Any, block: bool = True, timeout: float | None = None) -> None:
        """Owe the client a packet, ours or the library's own; None ends the writer.

        Straight onto the wire when nothing is before it.
        """
        del block, timeout
        if packet is None:
            self._queue(None)
        elif not self.over:
            ours = packet if isinstance(packet, Packet) else Packet.text(packet.encode().encode())
            self.sent += len(ours.parts)
            self.sent_bytes += ours.size
            if not self._direct(ours):
                self._queue(ours)

    def missed(self, packet: Packet, sent: int) -> None:
        """A broadcast wrote only `sent` bytes of a packet: the rest waits its turn."""
        if sent == 0:
            self._queue(packet)
            return
        assert self._line is not None
        self._line.hold()
        self._queue(Packet.rest(memoryview(packet.frame)[sent:]))

    def owe(self, packet: Packet) -> None:
        """A broadcast's packet for a client that is behind already, or one that does not count, such as a ping."""
        if not self.over and not self._direct(packet):
            self._queue(packet)

    @property
    def full(self) -> bool:
        """Whether facts had better wait in the journal until some of what is here was taken."""
        return self.bytes > self.limit // 2

    def _queue(self, packet: Packet | None) -> None:
        self._append(packet)
        if self.bytes > self.limit and not self.over:
            self.over = True
            if self.on_over:
                self.on_over()
        self._wake()

    def _append(self, packet: Packet | None) -> None:
        if not isinstance(self._items, deque):
            self._items = deque()
        if packet is not None and self._send is None:
            self._items.extend(packet.parts)
        else:
            self._items.append(packet)
        self.bytes += size(packet)

    # Passing figures: they go when nothing else waits, and what is overtaken until then is never sent
    def follow_figures(self, take: TakeFigures) -> None:
        """It entered a room: what it has not been shown is owed."""
        self._figures = take
        if not self._items and self._refill():
            self._wake()

    def leave_figures(self, newest: int) -> None:
        """It left its room: what comes after `newest` it does not get."""
        self._figures = None
        if self.shown is None:
            self.shown = newest

    def owe_figures(self, figures: Sequence[Figure], packet: Packet) -> None:
        """A broadcast's figures, in one packet, for a client that is behind already."""
        if not self.over and not self._direct(packet):
            self.miss_figures(figures, packet)

    def miss_figures(self, figures: Sequence[Figure], packet: Packet) -> None:
        """As `owe_figures`, for a line that is known not to take them now."""
        self.sent_bytes -= packet.size  # counted for everybody in the room; for this one when it takes it
        if self.shown is None:
            self.shown = figures[0].place - 1
        else:
            shown = self.shown
            self.overtaken += sum(1 for figure in figures if figure.before > shown)
        if not self._items:
            self._wake()

    def _refill(self) -> bool:
        """Queue the next of the figures that are owed; whether there were any."""
        if self._figures is None or self.shown is None:
            return False
        packet, self.shown = self._figures(self.shown)
        if packet is None:
            return False
        self.sent_bytes += packet.size
        self._append(packet)
        return True

    def _more(self) -> bool:
        return bool(self._items) or self._refill()

    def _direct(self, packet: Packet) -> bool:
        """One non-blocking send, when the writer sleeps and so nothing can be overtaken."""
        line = self._line
        if line is None or not self._may_send(line):
            return False
        rest = line.try_send(packet.frame)
        if rest is None:
            return False
        if rest:
            self._queue(Packet.rest(rest))
        return True

    def _may_send(self, line: Line) -> bool:
        owed = self._items or (self.shown is not None and self._figures is not None)
        return not (owed or self.writing or self._send is None) and line.open()

    def review(self) -> None:
        """Something changed: tell whether a broadcast may write to the line. Never yields."""
        may = self._line is not None and not self.over and self._may_send(self._line)
        if may != self.open:
            self.open = may
            if self.on_open is not None:
                self.on_open()

    def _wake(self) -> None:
        if self._send is not None:
            if not self.writing:
                self.writing = True
                self._spawn(self._write)
        elif self._waiting:
            self._waiting.pop(0).set()
        self.review()

    # Writing, for sockets
    def write_with(self, send: Callable[[Packet], None], ended: Callable[[], None]) -> None:
        """From now on `send(packet)` sends, in a task of its own: it may yield, and raise OSError.

        `ended` is called in that task after the last packet, which is None, or when the line broke.
        """
        self._send, self._ended = send, ended
        if self._more():
            self._wake()
        self.review()

    def _write(self) -> None:
        send, ended = self._send, self._ended
        assert ended is not None
        self._taken = 0
        again = False
        try:
            while send is not None and self._more():
                packet = self._take()
                if packet is None:
                    self.lose()
                    ended()
                    return
                send(packet)
                if self._taken >= TURN_BYTES:  # a line that takes everything at once must not keep the loop
                    again = True
                    self._spawn(self._write)
                    return
        except OSError:
            self.lose()
            ended()
        finally:
            if not again:
                self.writing = False
                self.review()
                if self._rests is not None:
                    self._rests.set()

    def join_writer(self, timeout: float | None = None) -> None:
        """Until nothing is being written."""
        if self.writing:
            self._rests = self._new_waiter()
            self._rests.wait(timeout)

    def lose(self) -> None:
        """Nothing can be sent any more: what waits is dropped, and nobody is woken for what still comes.

        Over: who goes on filling it would count on bytes that nobody takes, and never give way to who ends it.
        """
        self.over = True
        self._send = None
        self._items = ()
        self._figures = None
        self.bytes = 0
        self._was_drained()

    def release(self) -> None:
        """Its connection is gone and nothing is being written: hold on to nobody."""
        self.line = None
        self.on_over = self.on_open = self._ended = None

    # Taking, for polls
    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The next packet. Raises `empty_error` when none comes, or when this turn has taken enough."""
        if not block:
            if self._taken >= TURN_BYTES or self._packets >= TURN_PACKETS or not self._more():
                raise self.empty_error
            return self._take()
        self._taken = self._packets = 0
        if not self._more():
            self._was_drained()
            polled = self.idle_packet is not None
            if not self._wait(min(timeout or POLL_SECONDS, POLL_SECONDS) if polled else timeout):
                if polled:
                    return self.idle_packet
                raise self.empty_error
        return self._take()

    def _wait(self, timeout: float | None) -> bool:
        waiter = self._new_waiter()
        self._waiting.append(waiter)
        try:
            waiter.wait(timeout)
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)
        return self._more()

    def _take(self) -> Packet | None:
        """The first of what is queued: there is `_more`."""
        assert isinstance(self._items, deque)
        packet = self._items.popleft()
        self.bytes -= size(packet)
        self._taken += size(packet)
        self._packets += 1
        if not self._items:
            self._items = ()
            self._was_drained()
        return packet

    def _was_drained(self) -> None:
        if self._drained is not None:
            self._drained.set()

    def wait_drained(self, timeout: float) -> bool:
        """Until nothing is queued; False when it still is after `timeout` seconds, the client is over its limit or its
        line broke."""
        if self._items and not self.over:
            self._drained = self._new_waiter()
            try:
                self._drained.wait(timeout)
            finally:
                self._drained = None
        return not self._items and not self.over

    def clear(self) -> None:
        """Forget everything and end the writer: nobody reads it any more."""
        kept = [p for p in self._items if p is not None and p.holds]
        self._items = deque([*kept, None])
        self._figures = None
        self.bytes = sum(map(size, self._items))
        self._was_drained()
        self._wake()

    # What Engine.IO also expects of a queue
    def task_done(self) -> None:
        """Nothing joins on what was taken."""

    def join(self) -> None:
        """Nothing waits for a closing client to read."""

    def empty(self) -> bool:
        return not self._items


def size(packet: Packet | None) -> int:
    """Bytes that it counts as: those of its frames, whoever made it; the end of a queue has none."""
    return packet.size if packet is not None else 0
