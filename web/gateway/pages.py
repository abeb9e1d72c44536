"""Pages of the journal beyond the ring: read once, and encoded once, for everybody who replays them at the time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from sys import getsizeof
from typing import TYPE_CHECKING, Any

from events import wire
from events.reading import PAGE_BYTES
from web.gateway.messages import Message
from web.gateway.packets import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from events.journal import Journal
    from events.reading import Readers
    from web.gateway.messages import Kind
    from web.gateway.packets import Packet
    from web.gateway.rooms import Subscription

PAGE = 200
# What is kept of them, packets included: clients that come back together are some pages apart at most.
KEPT_BYTES = 8 * 1024 * 1024
KEPT_SECONDS = 5.0
# A fact that is sent has its JSON and its frame.
COPIES = 2
# A piece beside its bytes and the names of its filter.
PIECE_OVERHEAD = 1_000


class Archived(Exception):
    """The facts that follow a position are there no more."""


class Page:
    """The facts after a multiple of PAGE, the oldest first, none left out between the first and the last. Where they
    are large it is `cut`: what follows begins a page of its own.

    `size` is in bytes, with the pieces that are kept; `grown` is told when it grew, and may not yield.
    """

    def __init__(self, messages: Sequence[Message], grown: Callable[[], None]) -> None:
        self._messages, self._grown = messages, grown
        self._pieces: dict[tuple[Kind, Subscription, int, int], tuple[Packet, int]] = {}
        text = sum(message.size for message in messages)
        self.size, self.cut = COPIES * text, text >= PAGE_BYTES
        self.used = time.monotonic()

    def follows(self, seq: int) -> bool:
        """Whether the very next fact is in it."""
        first = self._messages[0].seq or 0 if self._messages else 0
        return 0 < first <= seq + 1 <= first + len(self._messages) - 1

    @property
    def last(self) -> int:
        return self._messages[-1].seq or 0 if self._messages else 0

    def after(self, seq: int) -> Sequence[Message]:
        """What follows `seq`."""
        return self._messages[seq + 1 - (self._messages[0].seq or 0) :]

    def piece(self, kind: Kind, wanted: Subscription, seq: int, most: int) -> tuple[Packet | None, int]:
        """What follows `seq` and is wanted, of about `most` bytes at most, and the last seq considered for it.

        Who comes back from the same place is given the same bytes, and not a copy each. Never yields.
        """
        key = (kind, wanted, seq, most)
        known = self._pieces.get(key)
        if known is not None:
            return known
        packets: list[Packet] = []
        size, considered = 0, seq
        for message in self.after(seq):
            if size >= most:
                break
            if wanted.wants(message.type, message.symbol):
                packets.append(message.packet(kind))
                size += message.size
            considered = message.seq or 0
        if not packets:
            return None, considered
        made = joined(packets), considered
        size += PIECE_OVERHEAD + bytes_of_names(wanted)
        if self.size + size < KEPT_BYTES:
            self._pieces[key] = made
            self.size += size
            self._grown()
        return made


def bytes_of_names(wanted: Subscription) -> int:
    """What a filter takes: hundreds of names may be more than the facts that fit it."""
    return sum(getsizeof(names) + sum(map(getsizeof, names)) for names in (wanted.types, wanted.symbols) if names)


class Reading:
    """A page that is being read; those who want it too wait for `done`."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.page: Page | None = None
        self.error: Exception | None = None


class Pages:
    """At most KEPT_BYTES of them, or one; who asks for one that is being read waits for that reading, which fails for
    all of them or for none.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._readings: dict[int, Reading] = {}

    def at(self, seq: int) -> Page:
        """The page that follows `seq`. Yields while it is read. Raises Archived, DatabaseUnavailable, QueryTooSlow."""
        page = self._page(self._place(seq))
        if 0 < page.last <= seq:
            page = self._page(seq)
        if not page.follows(seq):
            raise Archived
        page.used = time.monotonic()
        return page

    def _place(self, seq: int) -> int:
        """After which seq the page begins that has what follows `seq`: a multiple of PAGE, or where one was cut."""
        fixed = seq - seq % PAGE
        page = self._pages.get(fixed)
        if page is None or not page.follows(seq):
            for place, one in list(self._pages.items()):
                if one.follows(seq):
                    return place
                if one.cut and one.last == seq:
                    fixed = seq
        return fixed

    def _page(self, place: int) -> Page:
        while (page := self._pages.get(place)) is None:
            reading = self._readings.get(place)
            if reading is None:
                return self._read(place)
            reading.done.wait()
            if reading.error is not None:
                raise reading.error.with_traceback(None)
            if reading.page is not None:  # else who read it was ended, or it is not kept
                return reading.page
        return page

    def keeps(self, seq: int) -> bool:
        """Whether the facts after `seq` are there, from memory or to be read. Raises as `at`."""
        if self._journal.ring_after(seq) is not None:
            return True
        try:
            self.at(seq)
        except Archived:
            return False
        return True

    def sweep(self) -> None:
        """Forget what nobody has used for a while."""
        oldest = time.monotonic() - KEPT_SECONDS
        for number in [number for number, page in self._pages.items() if page.used < oldest]:
            del self._pages[number]

    def _read(self, place: int) -> Page:
        reading = self._readings[place] = Reading()
        end = place - place % PAGE + PAGE
        try:
            found = self._journal.read(encoded, self._journal.epoch, place, end)
            reading.page = page = Page([Message(head, json=json) for head, json in found], self._make_room)
        except Exception as error:
            reading.error = error
            raise
        finally:
            del self._readings[place]
            reading.done.set()
        if page.cut or page.follows(end - 1):  # else its end is still to come
            self._pages[place] = page
            self._make_room()
        return page

    def _make_room(self) -> None:
        while len(self._pages) > 1 and sum(one.size for one in self._pages.values()) > KEPT_BYTES:
            del self._pages[min(self._pages, key=lambda one: self._pages[one].used)]


def encoded(readers: Readers, epoch: str, after: int, end: int) -> list[tuple[dict[str, Any], bytes]]:
    """In a native thread: of each fact up to `end` what rooms ask of it, and its envelope's JSON."""
    made = []
    for fact in readers.after(epoch, after, end - after):
        if (fact.seq or 0) > end:
            break
        head = {"type": fact.type, "seq": fact.seq, "symbol": fact.symbol}
        made.append((head, wire.encode_around(fact.envelope(), "data", fact.text())))
    return made
