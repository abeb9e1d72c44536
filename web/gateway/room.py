"""Everyone with the same subscription, and the broadcast itself: one pass over their sockets with the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from web.gateway.messages import joined

if TYPE_CHECKING:
    from web.gateway.client import Client
    from web.gateway.messages import Kind, Message

Write = Callable[[bytes], int]


class Room:
    """Its clients are of two sorts: those whose line takes a frame at once, kept as a flat list of the sockets' own
    `send`, and those who wait for something, whose packets go through their outboxes.

    `told` counts the facts so far, `bytes` what they and the passing figures came to for one client of a kind;
    `considered()` is the last seq that was told anybody.
    """

    def __init__(self, considered: Callable[[], int]) -> None:
        self.considered = considered
        self.told = 0
        self.bytes: dict[Kind, int] = {"socketio": 0, "ws": 0}
        self._clear: dict[Kind, dict[Client, Write]] = {"socketio": {}, "ws": {}}
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
        self._place(client)

    def remove(self, client: Client) -> None:
        client.outbox.on_open = None
        self._clear[client.kind].pop(client, None)
        self._behind.pop(client, None)
        client.depart()

    def _place(self, client: Client) -> None:
        line = client.outbox.line
        if client.outbox.open and line is not None:
            self._behind.pop(client, None)
            self._clear[client.kind][client] = line.write
        else:
            self._clear[client.kind].pop(client, None)
            self._behind[client] = None

    def tell(self, messages: Sequence[Message]) -> None:
        """The facts of one commit. Never yields."""
        self.told += len(messages)
        behind = list(self._behind)  # whom this very send holds up is served by `missed`
        for kind, clear in self._clear.items():
            if clear or _any(behind, kind):
                packets = [message.packet(kind) for message in messages]
                frames = joined(packets)
                self.bytes[kind] += len(frames)
                for client, sent in write_all(clear, frames):
                    client.outbox.missed(frames, sent, packets)
                for client in behind:
                    if client.kind == kind:
                        client.outbox.owe(packets)

    def tell_latest(self, message: Message) -> None:
        """A passing figure: who is behind gets the newest of its key later. Never yields."""
        behind = list(self._behind)
        for kind, clear in self._clear.items():
            if clear or _any(behind, kind):
                packet = message.packet(kind)
                self.bytes[kind] += packet.size
                for client, sent in write_all(clear, packet.text.frame):
                    if sent:
                        client.outbox.missed(packet.text.frame, sent, [packet])
                    else:
                        client.outbox.keep_latest(message.key, packet)
                for client in behind:
                    if client.kind == kind:
                        client.outbox.put_latest(message.key, packet)


def _any(behind: Sequence[Client], kind: Kind) -> bool:
    return any(client.kind == kind for client in behind)


def write_all(clear: dict[Client, Write], frames: bytes) -> list[tuple[Client, int]]:
    """One non-blocking send a client; those who did not take all of it, with how much they took.

    A broken line counts as taking nothing: its packets wake its writer, which finds out and ends the client.
    """
    size = len(frames)
    missed: list[tuple[Client, int]] = []
    for client, write in clear.items():
        try:
            sent = write(frames)
        except OSError:
            missed.append((client, 0))
        else:
            if sent != size:
                missed.append((client, sent))
    return missed
