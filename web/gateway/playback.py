"""One playback: a period of the journal told again to one client, marked so that nobody takes it for the present."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from events import wire
from events.clock import new_id, parse_rfc3339
from events.errors import EventsError
from web.gateway.limits import Allowance
from web.gateway.packets import Packet

if TYPE_CHECKING:
    from events.envelope import Fact
    from events.journal import EventFilter, Journal
    from runtime import Runtime, Waiter
    from web.gateway.client import Client
    from web.gateway.pace import Pace

PAGE = 100
# So many in one go before others have a turn: under a millisecond.
AT_ONCE = 20
# How long it waits before it looks whether its client is still there, and whether a full queue has room again.
LOOK_SECONDS, ROOM_SECONDS = 0.5, 0.02
# Of the client's queue a playback takes so much at most: live facts have the rest.
QUEUE_SHARE = 4
log = logging.getLogger("web.gateway")


class Ended(Exception):
    """It is over before its end: `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Playback:
    """`cover` says which facts, `run` tells those that fit `wanted` and returns; the rest steers it meanwhile.

    Memory: one page. It waits for a client that reads slowly, sends at most `per_second` facts a second, moves no
    position, and ends with its client or after `idle_seconds` of standing still.
    """

    def __init__(
        self,
        client: Client,
        journal: Journal,
        runtime: Runtime,
        wanted: EventFilter,
        pace: Pace,
        *,
        per_second: float,
        idle_seconds: float,
        paused: bool = False,
    ) -> None:
        self.id, self.told, self.at = new_id(), 0, ""
        self._client, self._journal, self._runtime = client, journal, runtime
        self._period, self.pace, self.paused = replace(wanted, limit=PAGE), pace, paused
        self._allowance = Allowance(per_second, AT_ONCE)
        self._idle_seconds = idle_seconds
        self._page: deque[Fact] = deque()
        self._after: int | None = None
        self._steps = self._jumps = 0
        self._ended: str | None = None
        self._waiter: Waiter | None = None

    def cover(self, first: int, last: int) -> None:
        """Which facts: from `first` to `last`."""
        self._period = replace(self._period, after=first - 1, before=last + 1)
        self._after = first - 1

    @property
    def first(self) -> int:
        return (self._period.after or 0) + 1

    @property
    def last(self) -> int:
        return (self._period.before or 1) - 1

    # Steering
    def pause(self) -> None:
        if not self.paused:
            self.paused = True
            self.pace.halt()
        self._wake()

    def resume(self) -> None:
        if self.paused:
            self.paused, self._steps = False, 0
            self.pace.go()
        self._wake()

    def step(self, count: int) -> None:
        """So many facts more, at once; it stands still otherwise."""
        self.pause()
        self._steps += count
        self._wake()

    def set_speed(self, speed: float) -> None:
        self.pace.change(speed)
        self._wake()

    def seek(self, seq: int) -> None:
        """Go on with this fact, or the first after it that fits."""
        self._after = seq - 1
        self._jumps += 1
        self._page.clear()
        self.pace.jump()
        self._wake()

    def stop(self) -> None:
        self._ended = "stopped"
        self._wake()

    def describe(self) -> dict[str, Any]:
        """How it stands: told with every answer."""
        place = {"from_seq": self.first, "to_seq": self.last}
        how = {"speed": self.pace.speed, "paused": self.paused, "told": self.told, "at": self.at or None}
        return {"id": self.id} | place | how

    # Telling
    def load(self) -> None:
        """The next page. Raises BadQuery for an expression that RE2 refuses."""
        jumps, after = self._jumps, self._after
        page = self._journal.search(replace(self._period, after=after))
        if jumps == self._jumps:  # else somebody jumped while it was read
            self._page.extend(page.items)
            self._after = page.next

    def run(self) -> None:
        """All of it; then says that it is over, and why."""
        over: dict[str, Any] = {"state": "ended", "reason": "done"}
        try:
            while (fact := self._next()) is not None:
                self._take_turn(fact)
        except Ended as ended:
            over["reason"] = ended.reason
        except EventsError as error:
            said = {"code": error.code, "message": error.message, "hint": error.hint}
            over |= {"reason": "failed", "error": said}
        except Exception:
            log.exception("a playback failed")
            said = {"code": "internal_error", "message": "The desk failed at this.", "hint": "Start it again."}
            over |= {"reason": "failed", "error": said}
        self._send(over | {"told": self.told})

    def _next(self) -> Fact | None:
        while not self._page:
            self._look_up()
            if self._after is None:
                return None
            self.load()
            if not self._page:  # thousands looked at and none fits: others first
                self._runtime.sleep(ROOM_SECONDS)
        return self._page[0]

    def _take_turn(self, fact: Fact) -> None:
        """Tell a fact when it is due; come back without when somebody jumped elsewhere meanwhile."""
        jumps, at = self._jumps, parse_rfc3339(fact.timestamp).timestamp()
        stood = 0.0
        while True:
            self._look_up()
            if jumps != self._jumps:
                return
            if self.paused and not self._steps:
                if stood >= self._idle_seconds:
                    raise Ended("idle")
                stood += self._wait(LOOK_SECONDS)
            elif not self.paused and (seconds := self.pace.wait(at)) > 0:
                self._wait(min(seconds, LOOK_SECONDS))
            elif self._client.outbox.bytes > self._client.outbox.limit // QUEUE_SHARE:
                self._runtime.sleep(ROOM_SECONDS)
            elif (seconds := self._allowance.take(1)) > 0:
                # Not only as long as it must: so a few go out together, and waking up costs less than they do.
                self._runtime.sleep(max(seconds, ROOM_SECONDS / 2))
            else:
                break
        self._page.popleft()
        self._steps = max(0, self._steps - 1)
        self.told, self.at = self.told + 1, fact.timestamp
        if self.paused:
            self.pace.stand(at)
        else:
            self.pace.told(at)
        self._send({"n": self.told, "at": fact.timestamp, "envelope": fact.envelope()})

    def _look_up(self) -> None:
        if self._ended is not None or self._client.gone:
            raise Ended(self._ended or "gone")

    def _wait(self, seconds: float) -> float:
        """Until something is steered, or the time is over."""
        self._waiter = self._runtime.waiter()
        try:
            self._waiter.wait(seconds)
        finally:
            self._waiter = None
        return seconds

    def _wake(self) -> None:
        if self._waiter is not None:
            self._waiter.set()

    def _send(self, said: dict[str, Any]) -> None:
        """Under a name of its own, with no `type` and no `seq` outside: nobody's position can move by it."""
        if self._client.gone:
            return
        body = wire.encode({"op": "playback", "id": self.id} | said)
        parts = (b'42["playback",', body, b"]") if self._client.kind == "socketio" else (body,)
        self._client.outbox.put(Packet.text(*parts))
