"""Figures about the live connections, for `/ws/stats`, `/api/connections` and the metrics."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from events.envelope import Passing
from web.gateway.delivery import Latencies

if TYPE_CHECKING:
    from web.gateway.client import Client

BROADCASTS = 500


class Broadcast(NamedTuple):
    """The facts `first` to `last` on their way out: when the last one's commit began and ended, where this process made
    it, and when it began to tell them (monotonic ns); how long that took."""

    first: int
    last: int
    committing_ns: int | None
    committed_ns: int | None
    began_ns: int
    took_us: float


@dataclass
class Stats:
    """Counted since the start."""

    accepted: int = 0
    overrun: int = 0
    refused: int = 0
    turned_away: int = 0  # Socket.IO connections that ended before it was known who they were
    ended_logins: int = 0
    broadcasts: int = 0
    sent_bytes: int = 0  # to clients that are gone
    latencies: Latencies = field(default_factory=Latencies)
    recent: deque[Broadcast] = field(default_factory=lambda: deque(maxlen=BROADCASTS))

    def figures(self, clients: Collection[Client], polls: int, playbacks: int, considered: int) -> dict[str, Any]:
        """Plain figures; latencies in ms from a fact's encoding to its ack's arrival, the way back included."""
        kinds = Counter(f"{client.kind} {client.about.get('transport', '')}".strip() for client in clients)
        return {
            "clients": len(clients),
            "by_kind": dict(kinds),
            "polls_waiting": polls,
            "playbacks": playbacks,
            "considered": considered,
            "queued_bytes": sum(client.outbox.bytes for client in clients),
            "queued_most_bytes": max((client.outbox.bytes for client in clients), default=0),
            "sent_bytes": self.sent_bytes + sum(client.sent_bytes for client in clients),
            "accepted": self.accepted,
            "dropped_slow": self.overrun,
            "refused_messages": self.refused,
            "turned_away": self.turned_away,
            "ended_logins": self.ended_logins,
            "broadcasts": self.broadcasts,
            "recent_broadcasts": [one._asdict() for one in self.recent],
            "acks": self.latencies.count,
            **self.latencies.percentiles(),
        }


def refusal_envelope(client_id: str, error: dict[str, Any]) -> dict[str, Any]:
    """What tells one client that its message was refused: an `error` that is not journalled."""
    said = str(error.get("message", ""))
    passing = Passing(type="error", key=client_id, data=error, message=said, source="desk", level="WARNING")
    return passing.envelope()
