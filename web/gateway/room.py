"""Everyone with the same subscription, and the broadcast itself: one pass over their sockets with the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from runtime.lineup import Lineup
from web.gateway.messages import KINDS
from web.gateway.packets import joined

if TYPE_CHECKING:
    from runtime.fanout import FanOut
    from web.gateway.client import Client
    from web.gateway.figures import Figure, Figures
    from web.gateway.messages import Kind, Message
    from web.gateway.packets import Packet
    from web.gateway.rooms import Subscription


class Room:
    """Its clients are of two sorts: those whose line takes a frame at once, whose wires are given to `fan_out` all
    together, and those who wait for something, whose packets go through their outboxes.

    `told` counts the facts and heartbeats so far, `bytes` what they and the figures came to for one client of a kind;
    `considered()` is the last seq that was told anybody.
    """

    def __init__(self, considered: Callable[[], int], wanted: Subscription, figures: Figures, fan_out: FanOut) -> None:
        self.considered, self._fan_out = considered, fan_out
        self._figures = figures
        self._taking = {kind: partial(figures.taken, wanted, kind) for kind in KINDS}
        self.told = 0
        self.bytes: dict[Kind, int] = {"socketio": 0, "ws": 0}
        self._clear: dict[Kind, Lineup[Client]] = {kind: Lineup() for kind in KINDS}
        self._behind: dict[Client, None] = {}

    def __len__(self) -> int:
        return len(self._behind) + sum(map(len, self._clear.values()))

    def __iter__(self) -> Iterator[Client]:
        for clear in self._clear.values():
            yield from list(clear)
        yield from list(self._behind)

    def add(self, client: Client) -> None:
        client.enter(self)
        client.outbox.on_open = lambda: self._place(client)
        client.outbox.follow_figures(self._taking[client.kind])
        self._place(client)

    def remove(self, client: Client) -> None:
        client.outbox.on_open = None
        client.outbox.leave_figures(self._figures.told)
        self._clear[client.kind].discard(client)
        self._behind.pop(client, None)
        client.depart()

    def _place(self, client: Client) -> None:
        line = client.outbox.line
        if client.outbox.open and line is not None:
            self._behind.pop(client, None)
            self._clear[client.kind].add(client, line.wire)
        else:
            self._clear[client.kind].discard(client)
            self._behind[client] = None

    def tell(self, messages: Sequence[Message]) -> list[Client]:
        """Facts, or a heartbeat, all in one piece; those who took too little of what they are owed. Never yields."""
        self.told += len(messages)
        behind = list(self._behind)  # whom this very send holds up is served by `missed`
        slow = {client.kind for client in behind}
        full: list[Client] = []
        for kind, clear in self._clear.items():
            if clear or kind in slow:
                piece = joined([message.packet(kind) for message in messages])
                self.bytes[kind] += piece.size
                for client, sent in self._write(clear, piece):
                    client.outbox.missed(piece, sent)
                    if client.outbox.full:
                        full.append(client)
                for client in behind:
                    if client.kind == kind:
                        client.outbox.owe(piece)
                        if client.outbox.full:
                            full.append(client)
        return full

    def tell_figures(self, figures: Sequence[Figure], heartbeat: Message | None = None) -> None:
        """Passing figures, and behind them a heartbeat, all in one piece. Never yields.

        Who is behind takes the newest of each key later, and the heartbeat in its turn.
        """
        beats = [] if heartbeat is None else [heartbeat]
        self.told += len(beats)
        behind = list(self._behind)
        slow = {client.kind for client in behind}
        for kind, clear in self._clear.items():
            if clear or kind in slow:
                packet = joined([figure.message.packet(kind) for figure in figures])
                beat = [message.packet(kind) for message in beats]
                whole = joined([*packet.parts, *beat])
                self.bytes[kind] += whole.size
                for client, sent in self._write(clear, whole):
                    if sent:
                        client.outbox.missed(whole, sent)
                    else:
                        client.outbox.miss_figures(figures, packet)
                        for one in beat:
                            client.outbox.missed(one, 0)
                for client in behind:
                    if client.kind == kind:
                        client.outbox.owe_figures(figures, packet)
                        for one in beat:
                            client.outbox.owe(one)

    def _write(self, clear: Lineup[Client], packet: Packet) -> Sequence[tuple[Client, int]]:
        """Who did not take all of it, with how much they took.

        A broken line counts as taking nothing: its packets wake its writer, which finds out and ends the client.
        """
        if not clear:
            return ()
        missed = self._fan_out(clear, bytes(packet.frame))
        clients = list(clear) if missed else []  # nothing has yielded: in the order of the pass
        return [(clients[place], took) for place, took in missed]
