"""Engine.IO's pings by one timer: the library keeps a sleeping task a client and wakes its writer for each ping."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

from web.gateway.messages import Packet, text

if TYPE_CHECKING:
    from runtime import Runtime

# So many are pinged before others have a turn.
AT_ONCE = 200
PING = Packet(text(b"2"))


class Pings:
    """Each Engine.IO socket that was added is pinged once, `seconds` later; its pong adds it again."""

    def __init__(self, runtime: Runtime, seconds: float) -> None:
        self._runtime, self._seconds = runtime, seconds
        self._due: deque[tuple[float, Any]] = deque()  # all wait equally long, so the first is due first
        self._running = False

    def add(self, engine: Any) -> None:
        """Never yields."""
        self._due.append((time.monotonic() + self._seconds, engine))
        if not self._running:
            self._running = True
            self._runtime.spawn(self._run)

    def _run(self) -> None:
        while self._due:
            wait = self._due[0][0] - time.monotonic()
            self._runtime.sleep(max(0.0, wait))
            for _ in range(AT_ONCE):
                if not self._due or self._due[0][0] > time.monotonic():
                    break
                _ping(self._due.popleft()[1])
        self._running = False


def _ping(engine: Any) -> None:
    if not engine.closing and not engine.closed:
        engine.last_ping = time.time()  # the library's own look at who is late compares with this
        engine.queue.owe([PING])
