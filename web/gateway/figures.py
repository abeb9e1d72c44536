"""The newest of each passing figure, encoded once for all: whoever is behind keeps its place here and no figure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from events import wire
from events.clock import new_id
from web.gateway.messages import Message
from web.gateway.packets import Packet, joined

if TYPE_CHECKING:
    from events.envelope import Passing
    from web.gateway.messages import Kind
    from web.gateway.rooms import Subscription

# What a client that is behind takes of them in one go: its writer holds that much of its own.
TAKEN_BYTES = 16 * 1024
# What one answer to a poller that keeps a cursor holds; the rest is asked for at once.
ANSWER_BYTES = 256 * 1024
# What a poller says that begins, or wants none of them; and how a cursor ends that leaves some to be asked for.
BEGIN, NONE, MORE = "0", "none", "~"


class Figure:
    """One value: `place` is its place in the order of all of them, `before` that of the value it replaced, or 0.

    Raises NotFinite and BadWire for what has no JSON.
    """

    __slots__ = ("before", "message", "passing", "place")

    def __init__(self, passing: Passing, place: int, before: int) -> None:
        self.passing, self.place, self.before = passing, place, before
        self.message = Message(passing.envelope(), json=passing.json())

    def wanted(self, by: Subscription) -> bool:
        return by.wants(self.passing.type, self.passing.symbol)


class Figures:
    """At most `most` keys; the one that was silent for longest is forgotten.

    `newest` is the last place, `told` the last one that the rooms were told of.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.newest = self.told = 0
        # Places are this process': a cursor of another one, or of the one before, says nothing here.
        self._mark = new_id()[-12:]
        self._figures: OrderedDict[str, Figure] = OrderedDict()
        # The order in which they came, overtaken ones among them until it is tidied.
        self._places: list[int] = []
        self._keys: list[str] = []

    def add(self, passing: Passing) -> Figure:
        """A new value of its key. Raises NotFinite and BadWire before anything of it is kept."""
        key = f"{passing.type}:{passing.key}"
        before = self._figures.get(key)
        figure = Figure(passing, self.newest + 1, before.place if before else 0)
        self.newest += 1
        self._figures[key] = figure
        self._figures.move_to_end(key)
        if len(self._figures) > self._most:
            self._figures.popitem(last=False)
        self._places.append(self.newest)
        self._keys.append(key)
        if len(self._places) > 2 * len(self._figures) + 1_000:
            self._places = [one.place for one in self._figures.values()]
            self._keys = list(self._figures)
        return figure

    def between(self, place: int, last: int) -> Iterator[tuple[str, Figure]]:
        """The values that came after a place and are not overtaken, by `type:key`, the oldest first."""
        for at in range(bisect_right(self._places, place), bisect_right(self._places, last)):
            key = self._keys[at]
            figure = self._figures.get(key)
            if figure is not None and figure.place == self._places[at]:
                yield key, figure

    def tell(self, most: int) -> list[Figure]:
        """The next that the rooms are to be told of, in bytes at most so many or one; from now on they are `told`."""
        figures: list[Figure] = []
        size = 0
        for _, figure in self.between(self.told, self.newest):
            figures.append(figure)
            self.told = figure.place
            size += figure.message.size
            if size >= most:
                return figures
        self.told = self.newest
        return figures

    def taken(self, wanted: Subscription, kind: Kind, place: int) -> tuple[Packet | None, int | None]:
        """The next of them as one packet, and the place that they reach to: None when there are no more."""
        packets: list[Packet] = []
        size = 0
        for _, figure in self.between(place, self.told):
            if not figure.wanted(wanted):
                continue
            if size >= TAKEN_BYTES:
                return joined(packets), place
            packet = figure.message.packet(kind)
            packets.append(packet)
            size, place = size + packet.size, figure.place
        return (joined(packets) if packets else None), None

    def answer(self, asked: str | None, wanted: Subscription) -> tuple[bytes, str]:
        """For a poller: `{"type:key": envelope, …}` of what came since its cursor, encoded as for the sockets, and the
        cursor to say next time.

        All of them at once for one that says none (None) or another process': in pieces, who goes to and fro between
        two processes would be told the same first piece for ever.
        """
        if asked == NONE:
            return b"{}", self._cursor(self.newest)
        parts: list[bytes] = []
        own = self._place(asked)
        size, place = 0, own or 0
        for key, figure in self.between(place, self.newest):
            if not figure.wanted(wanted):
                continue
            if own is not None and size >= ANSWER_BYTES:
                return b"{" + b",".join(parts) + b"}", self._cursor(place) + MORE
            parts.append(wire.encode(key) + b":" + figure.message.json)
            size, place = size + len(parts[-1]), figure.place
        return b"{" + b",".join(parts) + b"}", self._cursor(self.newest)

    def _cursor(self, place: int) -> str:
        return f"{self._mark}.{place}"

    def _place(self, cursor: str | None) -> int | None:
        """None for a cursor that is not this process'."""
        if cursor == BEGIN:
            return 0
        found = re.fullmatch(rf"{self._mark}\.(\d{{1,18}}){MORE}?", cursor or "")
        return int(found[1]) if found else None
