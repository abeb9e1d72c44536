"""One live client: who it is, what it has been sent, and how to let it go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from events.clock import now_utc, rfc3339
from web.gateway.delivery import Delivery
from web.gateway.packets import joined
from web.gateway.rooms import EVERYTHING, Subscription

if TYPE_CHECKING:
    from web.auth import Principal
    from web.gateway.limits import Allowance
    from web.gateway.messages import Kind, Message
    from web.gateway.outbox import Outbox
    from web.gateway.packets import Packet
    from web.gateway.room import Room

# So many refused messages and it is cut off: it is broken, or it means harm.
REFUSED_MOST = 100


class Client:
    """`position` is the last seq considered for it, also when its subscription left the fact out.

    `close(code, reason)` ends it; code 1013 asks it to come back, 4401 says that its login ended.
    """

    __slots__ = (
        *("_asking", "_bytes_before", "_close", "_position", "_told_before", "about", "delivery", "epoch", "gone"),
        *("id", "joining", "kind", "outbox", "principal", "refused", "room", "since", "subscription"),
    )

    def __init__(
        self,
        id_: str,
        kind: Kind,
        principal: Principal,
        outbox: Outbox,
        close: Callable[[int, str], None],
        about: dict[str, Any],
        asking: Allowance,
    ) -> None:
        self.id, self.kind, self.principal, self.outbox = id_, kind, principal, outbox
        self._close = close
        self.about = about
        self.subscription: Subscription = EVERYTHING
        self.epoch = ""
        self._position = 0
        # The room it stands in, and how much was told there before it came: what it was sent is counted there.
        self.room: Room | None = None
        self._told_before = self._bytes_before = 0
        # On its way to a room: until it was welcomed, and whenever it was taken out to be brought up to date.
        self.joining = True
        self.gone = False
        self.refused = 0
        self.since = rfc3339(now_utc())
        self.delivery = Delivery()
        self._asking = asking

    @property
    def joined(self) -> bool:
        """Whether it gets what is broadcast."""
        return self.room is not None

    @property
    def position(self) -> int:
        """In a room everyone stands where the room does: nobody's position is written at each fact."""
        return self._position if self.room is None else self.room.considered()

    @position.setter
    def position(self, seq: int) -> None:
        self._position = seq

    @property
    def sent(self) -> int:
        """Messages that it was sent or is owed."""
        return self.outbox.sent + (self.room.told - self._told_before if self.room is not None else 0)

    @property
    def sent_bytes(self) -> int:
        """What those messages and the passing figures come to, frames included."""
        return self.outbox.sent_bytes + (
            self.room.bytes[self.kind] - self._bytes_before if self.room is not None else 0
        )

    def enter(self, room: Room) -> None:
        """Stand in a room: from now on its facts are this client's."""
        self.room, self._told_before, self._bytes_before = room, room.told, room.bytes[self.kind]

    def depart(self) -> None:
        """Leave the room, with the position that it had there."""
        if self.room is not None:
            self._position, self.outbox.sent = self.position, self.sent
            self.outbox.sent_bytes = self.sent_bytes
            self.room = None

    def send(self, message: Message) -> None:
        """Queue a message, whatever it is. Never yields."""
        self.outbox.put(message.packet(self.kind))

    def send_facts(self, messages: Sequence[Message], considered: int) -> None:
        """Queue facts on its way to the room; its position moves to what was considered for them."""
        self.send_piece(joined([message.packet(self.kind) for message in messages]) if messages else None, considered)

    def send_piece(self, piece: Packet | None, considered: int) -> None:
        """The same, where they are one packet already."""
        if piece is not None:
            self.outbox.put(piece)
        self._position = max(self._position, considered)

    def ask(self, cost: float = 1.0) -> float:
        """Count a message that came in: 0.0, or the seconds to wait when they come too fast."""
        return self._asking.take(cost)

    def close(self, code: int, reason: str) -> None:
        """End the connection; once."""
        if not self.gone:
            close = self._close
            self.ended()
            close(code, reason)

    def ended(self) -> None:
        """Its connection is over: nothing is left to close, and nobody is held on to."""
        self.gone = True
        self._close = _closed

    def describe(self) -> dict[str, Any]:
        """Its line in `/api/connections`."""
        return {
            "id": self.id,
            "kind": self.kind,
            "principal": self.principal.id,
            "name": self.principal.name,
            "since": self.since,
            "position": self.position,
            "queued_bytes": self.outbox.bytes,
            "sent": self.sent,
            "sent_bytes": self.sent_bytes,
            "overtaken": self.outbox.overtaken,
            **self.subscription.describe(),
            **self.delivery.describe(),
            "refused": self.refused,
            **self.about,
        }


def _closed(code: int, reason: str) -> None:
    """It has ended already."""
