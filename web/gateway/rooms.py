"""Who gets what: a subscription is a filter by type and symbol, and a room is everyone with the same one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from events import catalogue
from web.gateway.errors import BadMessage
from web.gateway.messages import PIECE_BYTES
from web.gateway.room import Room

if TYPE_CHECKING:
    from events.envelope import Fact
    from runtime.fanout import FanOut
    from web.gateway.client import Client
    from web.gateway.figures import Figure, Figures
    from web.gateway.messages import Message

# What one pass over everybody's sockets copies at most: some 20 ms of the loop. A single message goes whole.
PASS_BYTES = 16 * 1024 * 1024
MOST_NAMES = 200
LONGEST_NAME = 64
log = logging.getLogger("web.gateway")


@dataclass(frozen=True)
class Subscription:
    """None means all; with both, a fact must fit both. One without a symbol is left out where symbols are named."""

    types: frozenset[str] | None = None
    symbols: frozenset[str] | None = None

    def wants(self, type_: str, symbol: str | None) -> bool:
        if self.types is not None and type_ not in self.types:
            return False
        return self.symbols is None or symbol in self.symbols

    def describe(self) -> dict[str, list[str] | None]:
        """`{types, symbols}` as lists."""
        return {
            "types": None if self.types is None else sorted(self.types),
            "symbols": None if self.symbols is None else sorted(self.symbols),
        }


EVERYTHING = Subscription()


def names(value: Any, field: str) -> frozenset[str] | None:
    """A list of names, or comma-separated text, as a set; nothing means all. Raises BadMessage."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if value is None or value == []:
        return None
    fits = isinstance(value, list | tuple) and len(value) <= MOST_NAMES
    if not fits or not all(isinstance(one, str) and 0 < len(one) <= LONGEST_NAME for one in value):
        hint = f'At most {MOST_NAMES} names of at most {LONGEST_NAME} characters, such as {{"{field}": ["NQ1!"]}}.'
        raise BadMessage("bad_subscription", f"`{field}` is not a list of names that can be taken.", hint)
    return frozenset(value)


def subscription(types: Any = None, symbols: Any = None) -> Subscription:
    """The subscription that a client asks for; names that other systems use count as ours. Raises BadMessage."""
    wanted = names(types, "types")
    if wanted is not None:
        wanted = frozenset(catalogue.canonical(one) for one in wanted)
        unknown = sorted(wanted - set(catalogue.TYPES))
        if unknown:
            near = get_close_matches(unknown[0], [*catalogue.TYPES, *catalogue.ALIASES], n=1)
            meant = f"Did you mean {near[0]}? " if near else ""
            hint = f"{meant}GET /api/events.schema.json lists them."
            raise BadMessage("unknown_type", f"There is no event type {unknown[0]!r}.", hint)
    return Subscription(wanted, names(symbols, "symbols"))


class Rooms:
    """Clients by subscription: each fact is compared with every room, not with every client.

    `considered` is the last seq that was told: the position of everyone who stands in a room. `fell_behind` is told of
    each client that takes less than there is; `broke` of each whose room failed in the middle, to end it, because it
    alone knows what it got: it comes back by its position. Neither may yield; both may let it leave.
    A `piece` is so many bytes of messages, or one message; `fan_out` sends it to everybody.
    """

    def __init__(self, figures: Figures, fan_out: FanOut, considered: int = 0, piece: int = PIECE_BYTES) -> None:
        self.considered, self.piece, self.fan_out = considered, piece, fan_out
        self.fell_behind: Callable[[Client], None] | None = None
        self.broke: Callable[[Client], None] | None = None
        self._figures = figures
        self._rooms: dict[Subscription, Room] = {}

    def join(self, client: Client) -> None:
        """Let the client have what its subscription wants, from now on."""
        room = self._rooms.get(client.subscription)
        if room is None:
            room = Room(lambda: self.considered, client.subscription, self._figures, self.fan_out)
            self._rooms[client.subscription] = room
        room.add(client)

    def leave(self, client: Client) -> None:
        """Stop sending; harmless when it is in no room."""
        room = client.room
        if room is not None:
            room.remove(client)
            if not len(room) and self._rooms.get(client.subscription) is room:
                del self._rooms[client.subscription]

    def move(self, client: Client, wanted: Subscription) -> None:
        """Change what a client wants; without yielding, so that nothing falls between."""
        joined = client.joined
        self.leave(client)
        client.subscription = wanted
        if joined:
            self.join(client)

    def tell(self, facts: Sequence[Fact], encode: Callable[[Fact], Message]) -> int:
        """The first of the facts, as many as one pass may bring, to everyone who wants them; how many. Never yields.

        Raises only before anybody was told: whoever tries again tells nobody twice.
        """
        rooms: list[tuple[Subscription, Room, list[Message]]] = [(*item, []) for item in self._rooms.items()]
        most = self._most_at_once() if len(facts) > 1 else 0
        told = size = 0
        for fact in facts:
            message: Message | None = None
            for wanted, _, owed in rooms:
                if wanted.wants(fact.type, fact.symbol):
                    message = message or encode(fact)
                    owed.append(message)
            told += 1
            size += message.size if message is not None else 0
            if size >= most:
                break
        behind: list[Client] = []
        for wanted, room, owed in rooms:
            if owed:
                try:
                    behind += room.tell(owed)
                except Exception:  # noqa: BLE001 - whatever it is: `_break` logs it, and the other rooms go on
                    self._break(wanted, room)
        self.considered = max(self.considered, facts[told - 1].seq or 0)
        if self.fell_behind is not None:
            for client in behind:
                self.fell_behind(client)
        return told

    def _most_at_once(self) -> int:
        """Bytes that one pass may bring to each client."""
        return min(self.piece, PASS_BYTES // max(1, sum(map(len, self._rooms.values()))))

    def tell_figures(self, heartbeat: Callable[[], Message | None] = lambda: None) -> bool:
        """The passing figures that nobody was told of, as many as one pass may bring, to everyone who wants them; with
        a `heartbeat` for all, if one may go along, where that saves most of them a send.

        Whether there are more. Never yields.
        """
        if not self._rooms:
            self._figures.told = self._figures.newest
            return False
        figures = self._figures.tell(self._most_at_once())
        rooms = [(*item, [one for one in figures if one.wanted(item[0])]) for item in self._rooms.items()]
        saved = sum(len(room) if owed else -len(room) for _, room, owed in rooms)
        self._tell_passing(rooms, heartbeat() if saved > 0 else None)
        return self._figures.told < self._figures.newest

    def tell_heartbeat(self, heartbeat: Message) -> None:
        """By itself, to everyone. Never yields."""
        self._tell_passing([(*item, []) for item in self._rooms.items()], heartbeat)

    def _tell_passing(
        self, rooms: Sequence[tuple[Subscription, Room, Sequence[Figure]]], heartbeat: Message | None
    ) -> None:
        for wanted, room, owed in rooms:
            try:
                if owed:
                    room.tell_figures(owed, heartbeat)
                elif heartbeat is not None:
                    room.tell([heartbeat])
            except Exception:  # noqa: BLE001 - whatever it is: `_break` logs it, and the other rooms go on
                self._break(wanted, room)

    def _break(self, wanted: Subscription, room: Room) -> None:
        """Nobody knows who in it was told what: it is no room any more, and its clients are ended. Never yields."""
        log.exception("a room could not be told: its %d clients come back by their positions", len(room))
        self._rooms.pop(wanted, None)
        for client in room:
            try:
                if self.broke is not None:
                    self.broke(client)
            except Exception:
                log.exception("a client could not be ended")
