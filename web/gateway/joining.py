"""Replay, then join: how a client comes to stand in its room without a gap and without a repeat."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from events.envelope import Passing
from events.errors import EventsError
from events.journal import EventFilter
from web.gateway.messages import Message
from web.gateway.pages import Archived
from web.gateway.snapshots import Snapshots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from events.envelope import Fact
    from events.journal import Journal
    from runtime import Runtime
    from web.gateway.client import Client
    from web.gateway.messages import Encoder
    from web.gateway.pages import Pages
    from web.gateway.rooms import Rooms, Subscription

# How often who is ahead of the rooms looks whether they have come up.
TURN_SECONDS = 0.002
# A filter that hardly anything fits is looked for so many times 5,000 facts back.
LOOKS_BACK = 4
TRY_AGAIN, POLICY = 1013, 1008
log = logging.getLogger("web.gateway")


@dataclass(frozen=True)
class Position:
    """Where a client says it stands."""

    epoch: str
    seq: int

    @classmethod
    def read(cls, epoch: Any, seq: Any) -> Position | None:
        """None when the client names none that can be read: then it is new."""
        if isinstance(seq, str) and seq.isdigit() and len(seq) < 19:
            seq = int(seq)
        if not isinstance(epoch, str) or not epoch or not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
            return None
        return cls(epoch, seq)


def reset_reason(position: Position | None, journal: Journal, pages: Pages, reach: int) -> str | None:
    """Why a position can't be resumed: `new`, `epoch`, `ahead` or `too_old`; None when it can.

    Facts that are there no more are too old whatever the reach; only then, and beyond the ring, does this yield.
    """
    if position is None:
        return "new"
    if position.epoch != journal.epoch:
        return "epoch"
    if position.seq > journal.head:
        return "ahead"
    return None if journal.head - position.seq <= reach and pages.keeps(position.seq) else "too_old"


class Behind:
    """How long one client has been farther behind than `reach` facts: who is `patience` seconds will not catch up."""

    def __init__(self, reach: int, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._reach, self._patience, self._clock = reach, patience, clock
        self._since: float | None = None

    def for_good(self, facts: int) -> bool:
        """So many it is behind now."""
        if facts <= self._reach:
            self._since = None
            return False
        now = self._clock()
        self._since = self._since or now
        return now - self._since >= self._patience


class Joining:
    """`reach` facts are replayed at most. Who takes nothing of a queue for `stall` seconds, or is farther behind than
    `reach` for `patience` seconds, is handed to `drop` with the reason.
    """

    def __init__(
        self,
        journal: Journal,
        rooms: Rooms,
        encoder: Encoder,
        pages: Pages,
        state: Callable[[], dict[str, Any]],
        runtime: Runtime,
        drop: Callable[[Client, str], None],
        *,
        version: str,
        reach: int,
        stall: float,
        patience: float,
        heartbeat: float,
    ) -> None:
        self._journal, self._rooms, self._encoder, self._pages = journal, rooms, encoder, pages
        self._snapshots, self._runtime, self._drop = Snapshots(state), runtime, drop
        self._version, self._reach, self._heartbeat = version, reach, heartbeat
        self._stall, self._patience = stall, patience

    def welcome(self, client: Client, position: Position | None, history: int = 0) -> None:
        """The whole of it, once, for a client that was authenticated: status, snapshot if needed, replay, join.

        Before a snapshot come the newest `history` facts that it wants: so numbers rise from the first to the last.
        """
        if not client.gone:
            self._bring(client, lambda: self._welcome(client, position, history))

    def resume(self, client: Client, position: Position | None) -> None:
        """The same for a client that has been welcomed and names a position now. Never yields."""
        self._take_out(client, lambda: self._welcome(client, position, 0))

    def refresh(self, client: Client) -> None:
        """A snapshot for a client that asks for one; goes on after it. Never yields."""
        self._take_out(client, lambda: self._start_over(client, "requested", 0))

    def let_catch_up(self, client: Client) -> None:
        """For who takes less than there is: out of its room, to come back at its own pace. Never yields."""
        # In its room again while it is full, it would only be fuller.
        self._take_out(client, lambda: self._wait_until_read(client))

    def _take_out(self, client: Client, begin: Callable[[], None]) -> None:
        """Out of its room now, so that the next who comes for it sees that; brought back in a task of its own."""
        if not (client.joining or client.gone):
            client.joining = True
            self._rooms.leave(client)
            self._runtime.spawn(self._bring, client, begin)

    def _bring(self, client: Client, begin: Callable[[], None]) -> None:
        try:
            begin()
            self._catch_up(client)
        except Archived:
            client.close(TRY_AGAIN, "what comes next was archived: come back by your position")
        except EventsError as error:
            log.warning("a client could not be brought up to date: %s", error.message)
            client.close(TRY_AGAIN, "the desk is busy, come back")
        except Exception:
            log.exception("a client could not be brought up to date")
            client.close(TRY_AGAIN, "the desk is busy, come back")
        finally:
            client.joining = False

    def _welcome(self, client: Client, position: Position | None, history: int) -> None:
        if position is not None and position.epoch == self._journal.epoch:
            self._journal.reach(position.seq)  # another process of the desk may have given it out a moment ago
        reset = reset_reason(position, self._journal, self._pages, self._reach)
        epoch, head = self._journal.epoch, self._journal.head
        client.send(Message(self._status(client, epoch, head, reset).envelope()))
        client.epoch, client.outbox.shown = epoch, 0
        if reset is None and position is not None:
            client.position = position.seq
        else:
            client.position = 0
            self._start_over(client, reset or "new", history)

    def _status(self, client: Client, epoch: str, head: int, reset: str | None) -> Passing:
        data = {
            "session": client.id,
            "transport": client.about.get("transport", client.kind),
            "resumed": reset is None,
            "reason": reset,
            "epoch": epoch,
            "seq": head,
            "server_version": self._version,
            "heartbeat_s": self._heartbeat,
        }
        said = "resumed" if reset is None else "connected"
        return Passing(type="connection_status", key=client.id, data=data, message=said, source="desk")

    def _start_over(self, client: Client, reason: str, history: int) -> None:
        snapshot = self._snapshots.fresh(client.position)
        facts = self._newest(client.subscription, history, snapshot.seq) if history else []
        while not client.gone and not self._feed(client, facts):
            self._give_way(client)
            facts = [fact for fact in facts if (fact.seq or 0) > client.position]
        client.send(snapshot.message(reason))
        client.epoch, client.position, client.outbox.shown = snapshot.epoch, snapshot.seq, 0

    def _newest(self, wanted: Subscription, count: int, last: int) -> list[Fact]:
        """The newest facts up to `last` that fit a subscription, the oldest first."""
        types, symbols = (None if names is None else sorted(names) for names in (wanted.types, wanted.symbols))
        found: list[Fact] = []
        before: int | None = last + 1
        for _ in range(LOOKS_BACK):
            page = self._journal.search(
                EventFilter(types=types, symbols=symbols, before=before, newest_first=True, limit=count - len(found))
            )
            found += page.items
            before = page.next
            if before is None or len(found) >= count:
                break
        return found[::-1]

    def _catch_up(self, client: Client) -> None:
        behind = Behind(self._reach, self._patience)
        while not client.gone:
            facts = self._journal.ring_after(client.position)
            if facts is None:
                self._replay(client)
            elif self._feed(client, self._told(facts, client)) and client.position <= self._rooms.considered:
                # Nothing yielded since the ring was read: what is told next finds the client in its room.
                self._rooms.join(client)
                client.delivery.live()
                return
            if behind.for_good(self._rooms.considered - client.position):
                self._drop(client, "too far behind")
            self._give_way(client)

    def _told(self, facts: Sequence[Fact], client: Client) -> Sequence[Fact]:
        """Up to where the rooms stand: what comes then, or is behind a snapshot that was quicker, they bring."""
        return facts[: max(0, self._rooms.considered - client.position)]

    def _replay(self, client: Client) -> None:
        """The next piece beyond the ring, when there is room for it. Yields while that is read. Raises Archived."""
        if not client.outbox.full:
            page = self._pages.at(client.position)
            client.send_piece(*page.piece(client.kind, client.subscription, client.position, self._rooms.piece))

    def _feed(self, client: Client, facts: Sequence[Fact]) -> bool:
        """Queue facts, as many as go in one piece, when there is room for it; whether all were. Never yields."""
        messages: list[Message] = []
        size, considered = 0, client.position
        most = 0 if client.outbox.full else self._rooms.piece
        for fact in facts:
            if size >= most:
                break
            if client.subscription.wants(fact.type, fact.symbol):
                messages.append(self._encoder.fact(fact))
                size += messages[-1].size
            considered = fact.seq or 0
        client.send_facts(messages, considered)
        return not facts or considered == facts[-1].seq

    def _give_way(self, client: Client) -> None:
        """Others' turn, and until there is room for more."""
        self._runtime.sleep(0 if client.position < self._rooms.considered else TURN_SECONDS)
        self._wait_until_read(client)

    def _wait_until_read(self, client: Client) -> None:
        """Where its queue is full, until nothing is left of it."""
        while client.outbox.full and not client.gone:
            queued = client.outbox.bytes
            if not client.outbox.wait_drained(self._stall) and client.outbox.bytes >= queued:
                self._drop(client, "too slow")
