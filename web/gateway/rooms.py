"""Who gets what: a subscription is a filter by type and symbol, and a room is everyone with the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from events import catalogue
from web.gateway.errors import BadMessage
from web.gateway.room import Room

if TYPE_CHECKING:
    from events.envelope import Fact, Passing
    from web.gateway.client import Client
    from web.gateway.messages import Message

MOST_NAMES = 200
LONGEST_NAME = 64


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

    `considered` is the last seq that was told: the position of everyone who stands in a room.
    """

    def __init__(self, considered: int = 0) -> None:
        self.considered = considered
        self._rooms: dict[Subscription, Room] = {}

    def join(self, client: Client) -> None:
        """Let the client have what its subscription wants, from now on."""
        room = self._rooms.get(client.subscription)
        if room is None:
            room = self._rooms[client.subscription] = Room(lambda: self.considered)
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

    def tell(self, facts: Sequence[Fact], encode: Callable[[Fact], Message]) -> None:
        """The facts of one commit to everyone who wants them, in one send a client. Never yields."""
        for wanted, room in list(self._rooms.items()):
            owed = [encode(fact) for fact in facts if wanted.wants(fact.type, fact.symbol)]
            if owed:
                room.tell(owed)
        self.considered = max(self.considered, facts[-1].seq or 0)

    def tell_latest(self, passing: Passing, encode: Callable[[Passing], Message]) -> None:
        """A passing figure to everyone who wants it. Never yields."""
        message: Message | None = None
        for wanted, room in list(self._rooms.items()):
            if wanted.wants(passing.type, passing.symbol):
                message = message or encode(passing)
                room.tell_latest(message)

    def everyone(self) -> Iterable[Client]:
        return [client for room in self._rooms.values() for client in room]
