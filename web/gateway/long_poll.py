"""The stateless way to follow: `GET /api/events`, which waits when asked to, and `POST` to publish."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from events import wire
from events.journal import EventFilter
from web import desk_shapes, reading
from web.auth import require
from web.auth.guard import principal
from web.docs import documented
from web.errors import BadRequest, NotAuthenticated
from web.gateway.errors import BadMessage
from web.gateway.figures import MORE
from web.gateway.internals import peer_gone
from web.gateway.joining import Position, reset_reason
from web.gateway.messages import Message
from web.gateway.pages import Archived
from web.gateway.rooms import EVERYTHING, Subscription, subscription

if TYPE_CHECKING:
    from events.envelope import Fact
    from runtime import Waiter
    from web.gateway.gateway import Gateway

# How often a waiting poll looks whether its client has hung up.
LOOK_SECONDS = 2.0
# An answer ends with the fact that passes this, whatever limit was asked for; the next begins behind it.
ANSWER_BYTES = 4 * 1024 * 1024
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
QUERY = {
    "after": "the seq after which to start",
    "cursor": "the same, under the name that every list of the API has: `next` of the page before",
    "epoch": "the epoch of that seq; with it the answer says when the position can't be resumed",
    "types": "only these event types, comma-separated",
    "symbols": "only these symbols, comma-separated",
    "source": "only this source",
    "level": "only this level",
    "q": "only facts whose message or text holds this",
    "regex": "only facts whose message matches this (RE2)",
    "limit": "at most so many items, up to 1,000",
    "wait": "seconds to wait for a first item, up to 20",
    "passing": "`passing_next` of the answer before, for what passed since then; `0` to begin, `none` for none of it;"
    " without it every answer has all",
}


@dataclass(frozen=True)
class Wanted:
    """What one request asks for; hashable, so that equal polls are compared with a new fact once."""

    who: Subscription
    source: str | None = None
    level: str | None = None
    q: str | None = None
    regex: str | None = None

    def may_match(self, fact: Fact) -> bool:
        """Whether a new fact is worth waking up for; text is left to the journal."""
        if self.source is not None and fact.source != self.source:
            return False
        return self.who.wants(fact.type, fact.symbol) and (self.level is None or fact.level == self.level)

    @property
    def everything(self) -> bool:
        return self == ALL

    def filter(self, after: int, limit: int) -> EventFilter:
        return EventFilter(
            after=after,
            types=sorted(self.who.types) if self.who.types is not None else None,
            symbols=sorted(self.who.symbols) if self.who.symbols is not None else None,
            source=self.source,
            levels=None if self.level is None else [self.level],
            q=self.q,
            regex=self.regex,
            limit=limit,
        )


ALL = Wanted(EVERYTHING)


class Asking:
    """One request under way: whose login it came by, whether that ended, and what it waits for."""

    __slots__ = ("ended", "session", "waiter")

    def __init__(self, session: str) -> None:
        self.session, self.ended = session, False
        self.waiter: Waiter | None = None


class LongPoll:
    """Waiting costs a greenlet and an entry here, and nothing while nothing happens."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway, self._desk = gateway, gateway.desk
        self._waiting: dict[Wanted, set[Waiter]] = {}
        self._asking: set[Asking] = set()
        self._stopped = False

    @property
    def waiting(self) -> int:
        return sum(len(waiters) for waiters in self._waiting.values())

    def wake(self, facts: Sequence[Fact]) -> None:
        """On the loop, after a commit. Never yields."""
        for wanted, waiters in self._waiting.items():
            if any(wanted.may_match(fact) for fact in facts):
                for waiter in waiters:
                    waiter.set()

    def end_login(self, session: str) -> None:
        """Whoever asked by this login gets no fact any more, and is told so now. Never yields."""
        for asking in self._asking:
            if asking.session == session:
                asking.ended = True
                if asking.waiter is not None:
                    asking.waiter.set()

    def stop(self) -> None:
        """Answer everybody now."""
        self._stopped = True
        for waiters in self._waiting.values():
            for waiter in waiters:
                waiter.set()

    def blueprint(self) -> Blueprint:
        room = Blueprint("events", __name__)

        @room.get("/api/events")
        @require("read")
        @documented(
            "The journal; with `wait`, a long poll that answers at once when a matching fact is stored",
            query=QUERY,
            gives=desk_shapes.EventsPage,
        )
        def events() -> Response:
            return self._answer()

        @room.post("/api/events")
        @documented(
            "Publish a batch of events; each is stored once, however often it is sent with the same id",
            gives=desk_shapes.PublishedBatch,
        )
        def publish() -> Response:
            return self._gateway.posting.view()

        return room

    def _answer(self) -> Response:
        try:
            who = subscription(request.args.get("types"), request.args.get("symbols"))
        except BadMessage as error:
            raise BadRequest(error.code, error.message, error.hint) from None
        level = reading.text("level")
        if level is not None and level.upper() not in LEVELS:
            raise BadRequest("bad_query", "`level` is not known.", f"One of {', '.join(LEVELS)}.")
        wanted = Wanted(
            who, reading.text("source"), level.upper() if level else None, reading.text("q"), reading.text("regex")
        )
        after = reading.number("after", reading.number("cursor", 0, 0, 2**62), 0, 2**62)
        limit = reading.limit()
        deadline = time.monotonic() + self._seconds()
        reset = self._reset(after)
        if reset is not None:
            return self._page([], self._desk.journal.head, reset, who)
        asking = Asking(principal().session)
        self._asking.add(asking)
        try:
            items, reached = self._look(wanted, after, limit)
            while not items and not self._stopped and not asking.ended and time.monotonic() < deadline:
                if reached < self._desk.journal.head:
                    items, reached = self._look(wanted, reached, limit)
                elif not self._wait(wanted, asking, deadline):
                    break
        finally:
            self._asking.discard(asking)
        if asking.ended:
            raise NotAuthenticated("not_authenticated", "This login has ended.", "Log in again.")
        return self._page(items, reached, None, who)

    def _seconds(self) -> float:
        asked = request.args.get("wait", "")
        try:
            seconds = float(asked or 0)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise BadRequest("bad_query", "`wait` is no number of seconds.", "Use 0 to 20, such as 20.")
        if request.args.get("passing", "").endswith(MORE):
            return 0.0  # it is owed more figures than one answer held
        return min(seconds, self._desk.values.long_poll_seconds)

    def _reset(self, after: int) -> str | None:
        """Only who names an epoch follows; others look something up: from the oldest fact on, or after a seq."""
        epoch, journal = request.args.get("epoch"), self._desk.journal
        if not epoch:
            # The next fact was archived: what is there now is not what was asked for, and must not look like it.
            return None if not after or journal.keeps(after) else "too_old"
        if epoch == journal.epoch:
            journal.reach(after)  # another process of the desk may have given it out a moment ago
        return reset_reason(Position(epoch, after), journal, self._gateway.pages, self._desk.values.replay_facts)

    def _look(self, wanted: Wanted, after: int, limit: int) -> tuple[Sequence[Fact | Message], int]:
        """Matching facts, and how far the journal was considered for them."""
        plain = wanted.q is None and wanted.regex is None
        ring = self._desk.journal.ring_after(after) if plain else None
        if ring is not None:
            found = [fact for fact in ring if wanted.may_match(fact)]
            reached = (ring[-1].seq or after) if ring else after
            return (found, reached) if len(found) <= limit else (found[:limit], found[limit - 1].seq or after)
        if wanted.everything and after:
            with contextlib.suppress(Archived):
                return self._replay(after, limit)
        head = self._desk.journal.head
        page = self._desk.journal.search(wanted.filter(after, limit))
        items = list(page.items)
        last = (items[-1].seq or after) if items else after
        if page.next is not None:
            return items, max(after, int(page.next))
        return items, max(after, last, head if len(items) < limit else last)

    def _replay(self, after: int, limit: int) -> tuple[Sequence[Fact | Message], int]:
        """What who comes back from beyond the ring missed, as the sockets get it. Raises Archived."""
        found: list[Fact | Message] = []
        size, reached = 0, after
        while len(found) < limit and size < ANSWER_BYTES:
            ring = self._desk.journal.ring_after(reached)
            if ring is not None:
                found += ring[: limit - len(found)]
                break
            page = self._gateway.pages.at(reached).after(reached)[: limit - len(found)]
            size += sum(one.size for one in page)
            found += page
            reached = page[-1].seq or reached
        return found, found[-1].seq or after

    def _wait(self, wanted: Wanted, asking: Asking, deadline: float) -> bool:
        """False when the client has hung up meanwhile."""
        waiter = asking.waiter = self._desk.runtime.waiter()
        waiters = self._waiting.setdefault(wanted, set())
        waiters.add(waiter)
        try:
            while (left := deadline - time.monotonic()) > 0:
                if waiter.wait(min(left, LOOK_SECONDS)):
                    return True
                if peer_gone(request.environ):
                    return False
        finally:
            waiters.discard(waiter)
            if not waiters and self._waiting.get(wanted) is waiters:
                del self._waiting[wanted]
        return True

    def _page(self, items: Sequence[Fact | Message], reached: int, reset: str | None, who: Subscription) -> Response:
        journal, encoder = self._desk.journal, self._gateway.encoder
        # Facts and figures are encoded already: for the sockets, or for another poll.
        facts: list[bytes] = []
        size = 0
        for one in items:
            if size >= ANSWER_BYTES:
                reached = one.seq - 1 if one.seq else reached
                break
            facts.append((one if isinstance(one, Message) else encoder.fact(one)).json)
            size += len(facts[-1])
        passing, passing_next = self._gateway.passing.answer(request.args.get("passing"), who)
        rest: dict[str, Any] = {
            "epoch": journal.epoch,
            "head": journal.head,
            "next": reached,
            "reset": reset,
            "passing_next": passing_next,
        }
        body = b'{"items":[' + b",".join(facts) + b'],"passing":' + passing + b"," + wire.encode(rest)[1:]
        return Response(body, 200, {"Cache-Control": "no-store"}, mimetype="application/json")
