"""Puts the gateway together and broadcasts: each fact, once encoded, to the clients of this process who want it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_socketio import SocketIO

from events.bus import MOST_KEYS
from runtime import fanout
from web.gateway import internals
from web.gateway.commands import Commands
from web.gateway.figures import Figures
from web.gateway.heartbeat import Heartbeat
from web.gateway.joining import TRY_AGAIN, Joining
from web.gateway.leaving import Leaving
from web.gateway.limits import MESSAGES_BURST, Allowance, Door
from web.gateway.long_poll import LongPoll
from web.gateway.messages import PIECE_BYTES, Encoder
from web.gateway.metrics import DeliveryFigures
from web.gateway.outbox import Outbox
from web.gateway.pages import Pages
from web.gateway.pings import Pings
from web.gateway.plain_ws import ENDED, PlainWebSocket
from web.gateway.playbacks import Playbacks
from web.gateway.posting import Posting
from web.gateway.publish import Publisher
from web.gateway.rooms import Rooms
from web.gateway.socketio_adapter import SocketIOAdapter
from web.gateway.stats import Stats
from web.gateway.telling import Telling
from web.state import snapshot

if TYPE_CHECKING:
    from events.envelope import Fact, Passing
    from web.auth import Auth
    from web.desk import Desk
    from web.gateway.client import Client

HEALTH = (
    *("clients", "queued_bytes", "queued_most_bytes", "dropped_slow", "refused_messages", "playbacks"),
    *("latency_p50_ms", "latency_p95_ms", "latency_p99_ms"),
)
log = logging.getLogger("web.gateway")


class Gateway:
    """Make it, `init_app` it, and it follows the journal until `stop`."""

    def __init__(self, desk: Desk, auth: Auth, state: Callable[[Desk], dict[str, Any]] = snapshot) -> None:
        self.desk, self.runtime = desk, desk.runtime
        values = desk.values
        self.stats, self.passing = Stats(), Figures(MOST_KEYS)
        # Half of a queue may be owed already when a piece comes.
        piece = min(PIECE_BYTES, values.client_queue_bytes // 4)
        self.rooms = Rooms(self.passing, fanout.fastest(), desk.journal.head, piece)
        self.encoder, self.pages = Encoder(values.ring_facts), Pages(desk.journal)
        self._heartbeat = Heartbeat(desk.journal, self.rooms, self.runtime, values.heartbeat_seconds, self.sweep)
        self._telling = Telling(
            desk.journal,
            self.rooms,
            self.encoder,
            desk.runtime,
            self.stats,
            desk.more_comes,
            self._heartbeat.along,
        )
        self.joining = Joining(
            desk.journal,
            self.rooms,
            self.encoder,
            self.pages,
            lambda: state(desk),
            desk.runtime,
            self.overrun,
            version=desk.version,
            reach=values.replay_facts,
            stall=values.client_stall_seconds,
            patience=values.client_behind_seconds,
            heartbeat=values.heartbeat_seconds,
        )
        self.rooms.fell_behind, self.rooms.broke = self.joining.let_catch_up, self.broken
        self.publisher = Publisher(desk)
        self.posting = Posting(self.publisher, auth, values.max_request_bytes)
        self.door = Door(values.clients_per_login, values.clients_per_address)
        self.playbacks = Playbacks(
            desk.journal,
            self.runtime,
            most=values.playbacks,
            per_second=values.playback_per_second,
            idle_seconds=values.playback_idle_seconds,
        )
        self.commands = Commands(self)
        self.polls = LongPoll(self)
        self.leaving = Leaving(self.runtime)
        self.pings = Pings(self.runtime, values.ping_seconds, values.ping_timeout_seconds)
        self._clients: dict[str, Client] = {}
        pinned = internals.as_pinned()
        self._socketio = SocketIOAdapter(self, auth, pinned)
        self._plain = PlainWebSocket(self, auth)
        auth.on_revoked(self._login_ended)

    def init_app(self, app: Flask) -> SocketIO:
        """Mount every way in and start to follow."""
        self._plain.init_app(app)
        app.register_blueprint(self.polls.blueprint())
        sockets = self._socketio.init_app(app)
        for passing in self.desk.bus.latest().values():
            self._passing(passing)
        self.desk.journal.listen(self._facts)
        self.desk.bus.listen(self._passing)
        self.desk.count_sockets.append(self.count)
        self.desk.tell_delivery.append(self.delivery)
        self.desk.count_delivered.append(self.counts)
        self.desk.metrics.register(DeliveryFigures(self))
        self.runtime.spawn(self._heartbeat.run)
        return sockets

    @property
    def considered(self) -> int:
        """The last seq that was told: where everyone in a room stands."""
        return self.rooms.considered

    # Broadcasting: on the loop, in commit order, never yielding
    def _facts(self, facts: Sequence[Fact]) -> None:
        self._telling.hear(facts)
        self.polls.wake(facts)

    def _passing(self, passing: Passing) -> None:
        self.passing.add(passing)
        self._telling.hear_figure()

    # Coming and going
    def new_outbox(self) -> Outbox:
        return Outbox(self.desk.values.client_queue_bytes, self.runtime.waiter, self.runtime.spawn)

    def new_allowance(self) -> Allowance:
        """What one client may ask."""
        per_second = self.desk.values.messages_per_second
        return Allowance(per_second, per_second * MESSAGES_BURST)

    def remember(self, client: Client) -> None:
        """Count it and be able to end it; it gets nothing before it joins a room."""
        self._clients[client.id] = client
        self.door.enter(client)
        self.stats.accepted += 1

    def forget(self, client: Client) -> None:
        """It is gone: send it nothing more. Harmless when done twice."""
        self.rooms.leave(client)
        if self._clients.pop(client.id, None) is not None:
            self.door.leave(client)
            self.stats.sent_bytes += client.sent_bytes

    def overrun(self, client: Client, why: str = "too slow") -> None:
        """It does not keep up: let it go; it comes back by its position."""
        self.stats.overrun += 1
        log.warning("client %s is %s: dropped with %d bytes queued", client.id, why, client.outbox.bytes)
        client.close(TRY_AGAIN, f"{why}: come back by your position")

    def broken(self, client: Client) -> None:
        """Telling it failed in the middle: what it got is known to itself alone."""
        client.close(TRY_AGAIN, "the desk failed at this: come back by your position")

    def _login_ended(self, session: str) -> None:
        for client in [one for one in self._clients.values() if one.principal.session == session]:
            self.stats.ended_logins += 1
            client.close(ENDED, "the login ended")
        self.polls.end_login(session)

    def sweep(self) -> None:
        self._socketio.sweep()
        self.pages.sweep()

    def stop(self) -> None:
        """Let everyone go; they come back to the next process by their positions."""
        self._heartbeat.stop()
        self.polls.stop()
        for client in list(self._clients.values()):
            client.close(TRY_AGAIN, "the desk is restarting")

    # Figures
    def count(self) -> dict[str, int]:
        """Live clients by transport; waiting polls are `long_poll`."""
        kinds = Counter("ws" if c.kind == "ws" else str(c.about.get("transport")) for c in self._clients.values())
        return {"websocket": 0, "polling": 0, "ws": 0, **kinds, "long_poll": self.polls.waiting}

    def figures(self) -> dict[str, Any]:
        clients, running = self._clients.values(), self.playbacks.running
        figures = self.stats.figures(clients, self.polls.waiting, running, self.considered)
        return {"fan_out": self.rooms.fan_out.language, **figures}

    def delivery(self) -> dict[str, Any]:
        """The figures that matter in the server's own health."""
        figures = self.figures()
        return {name: figures[name] for name in HEALTH}

    def counts(self) -> dict[str, int]:
        """What rises, for the rates."""
        return {"told": self.stats.broadcasts, "acks": self.stats.latencies.count}

    def connections(self) -> list[dict[str, Any]]:
        """Each live client, the oldest first."""
        return [client.describe() for client in self._clients.values()]
