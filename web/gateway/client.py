"""One live client: who it is, what it has been sent, and how to let it go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from events.clock import now_utc, rfc3339
from web.gateway.rooms import EVERYTHING, Subscription

if TYPE_CHECKING:
    from web.auth import Principal
    from web.gateway.limits import Allowance
    from web.gateway.messages import Message, Packet, Together
    from web.gateway.outbox import Outbox

Kind = Literal["socketio", "ws"]
# So many refused messages and it is cut off: it is broken, or it means harm.
REFUSED_MOST = 100


class Client:
    """`position` is the last seq considered for it, also when its subscription left the fact out.

    `close(code, reason)` ends it; code 1013 asks it to come back, 4401 says that its login ended.
    """

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
        self.position = 0
        self.joined = False
        self.joining = False
        self.gone = False
        self.refused = 0
        self.since = rfc3339(now_utc())
        self.acked: int | None = None
        self.acked_at = 0.0
        self.latency_ms: float | None = None
        self._asking = asking

    def send(self, message: Message) -> None:
        """Queue a message, whatever it is. Never yields."""
        self.outbox.put(self._packet(message))

    def send_fact(self, message: Message, seq: int) -> None:
        """Queue a fact unless the client has it; moves its position."""
        if seq > self.position:
            self.position = seq
            self.outbox.put(self._packet(message))

    def send_facts(self, together: Together) -> None:
        """Queue the facts of one commit, in order, in one send where nothing waits."""
        first, last = together.messages[0].seq or 0, together.messages[-1].seq or 0
        if first <= self.position or len(together.messages) == 1:
            for message in together.messages:
                self.send_fact(message, message.seq or 0)
            return
        self.position = last
        if not self.outbox.put_direct(together.joined(self.kind), len(together.messages)):
            for packet in together.packets(self.kind):
                self.outbox.put(packet)

    def send_latest(self, message: Message) -> None:
        """Offer a passing figure; only the newest of its key waits."""
        self.outbox.put_latest(message.key, self._packet(message))

    def _packet(self, message: Message) -> Packet:
        return message.socketio() if self.kind == "socketio" else message.plain()

    def ask(self, cost: float = 1.0) -> float:
        """Count a message that came in: 0.0, or the seconds to wait when they come too fast."""
        return self._asking.take(cost)

    def close(self, code: int, reason: str) -> None:
        """End the connection; once."""
        if not self.gone:
            self.gone = True
            self._close(code, reason)

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
            "sent": self.outbox.sent,
            **self.subscription.describe(),
            "acked": self.acked,
            "latency_ms": self.latency_ms,
            "refused": self.refused,
            **self.about,
        }
