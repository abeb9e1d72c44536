"""How often everybody hears how far the journal was considered; and an eye on sockets that never say who they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from events.clock import now_utc, rfc3339
from events.envelope import Passing
from web.gateway.messages import Message

if TYPE_CHECKING:
    from events.journal import Journal
    from runtime import Runtime
    from web.gateway.rooms import Rooms

ROUND_SECONDS = 1.0


class Heartbeat:
    """At least every `seconds`, to all who are joined at once: along with figures, so that it costs no send of its own,
    from half of that time on, else by itself. `run` blocks until `stop` and calls `sweep` every second.
    """

    def __init__(
        self,
        journal: Journal,
        rooms: Rooms,
        runtime: Runtime,
        seconds: float,
        sweep: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal, self._rooms, self._runtime = journal, rooms, runtime
        self._seconds, self._sweep, self._clock = seconds, sweep, clock
        self._last = clock()
        self._running = False

    def run(self) -> None:
        self._running = True
        while self._running:
            self._runtime.sleep(min(ROUND_SECONDS, self.left()))
            if self.left() == 0:
                self._rooms.tell_heartbeat(self._next())
            self._sweep()

    def stop(self) -> None:
        self._running = False

    def left(self) -> float:
        """Seconds until one has to go by itself."""
        return max(0.0, self._last + self._seconds - self._clock())

    def along(self) -> Message | None:
        """One that goes to everybody now, with the figures; None while the last one is too young. Never yields."""
        return self._next() if self.left() <= self._seconds / 2 else None

    def _next(self) -> Message:
        self._last = self._clock()
        seq = self._rooms.considered
        data = {"epoch": self._journal.epoch, "seq": seq, "server_time": rfc3339(now_utc())}
        return Message(
            Passing(type="heartbeat", key="heartbeat", data=data, message=f"at {seq}", source="desk").envelope()
        )
