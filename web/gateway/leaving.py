"""The ends of connections, a few at a time: a proxy's restart ends thousands at once, and others' turns lie between."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime import Runtime

log = logging.getLogger("web.gateway")
# So many are ended before others have a turn: some 4 ms.
AT_ONCE = 50
# A pause by the clock: of tasks that only give way, an engine may run many before it looks at its sockets.
TURN_SECONDS = 0.001


class Leaving:
    """One task for all that leave together; it lives only while somebody does."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._ends: deque[Callable[[], None]] = deque()
        self._running = False

    def add(self, end: Callable[[], None]) -> None:
        """Have `end` called soon, after those that were added before. It must not wait for anything. Never yields."""
        self._ends.append(end)
        if not self._running:
            self._running = True
            self._runtime.spawn(self._run)

    def _run(self) -> None:
        ended = 0
        while self._ends:
            try:
                self._ends.popleft()()
            except Exception:
                log.exception("a connection could not be ended")
            ended += 1
            if ended % AT_ONCE == 0:
                self._runtime.sleep(TURN_SECONDS)
        self._running = False
