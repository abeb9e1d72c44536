"""Everybody's pings by one timer: the libraries keep a sleeping task or thread a client for them."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from runtime import Runtime

log = logging.getLogger("web.gateway")
# So many are pinged before others have a turn.
AT_ONCE = 200
# Who is due within this goes together: a round a client would wake a task a client.
ROUND_SECONDS = 0.1


class Pinged(Protocol):
    """A client. Both are given the same monotonic seconds for the same ping, and must not yield."""

    def ping(self, at: float) -> bool:
        """Ask whether it is there; False when it is known to be gone."""

    def late(self, at: float) -> None:
        """The patience is over: end it, unless it answered that ping."""


class Pings:
    """Who was added is pinged once, `seconds` later, and looked at `patience` seconds after that; an answer adds it
    again."""

    def __init__(self, runtime: Runtime, seconds: float, patience: float) -> None:
        self._runtime, self._seconds, self._patience = runtime, seconds, patience
        # All wait equally long, so the first is due first.
        self._due: deque[tuple[float, Pinged]] = deque()
        self._asked: deque[tuple[float, Pinged]] = deque()
        self._running = False

    def add(self, one: Pinged) -> None:
        """Never yields."""
        self._due.append((time.monotonic() + self._seconds, one))
        if not self._running:
            self._running = True
            self._runtime.spawn(self._run)

    def _run(self) -> None:
        while self._due or self._asked:
            next_ping = self._due[0][0] if self._due else float("inf")
            next_look = self._asked[0][0] + self._patience if self._asked else float("inf")
            # Not longer than a ping is away: who answers meanwhile is due before the patience with others is over.
            sleep = min(next_ping - time.monotonic(), next_look - time.monotonic(), self._seconds)
            self._runtime.sleep(max(ROUND_SECONDS, sleep))
            self._ping_who_is_due()
            self._look_who_is_late()
        self._running = False

    def _ping_who_is_due(self) -> None:
        now, pinged = time.monotonic(), 0
        while self._due and self._due[0][0] <= now:
            _, one = self._due.popleft()
            if _safely(one.ping, now):
                self._asked.append((now, one))
            pinged += 1
            if pinged % AT_ONCE == 0:
                self._runtime.sleep(0)

    def _look_who_is_late(self) -> None:
        longest_ago, looked_at = time.monotonic() - self._patience, 0
        while self._asked and self._asked[0][0] <= longest_ago:
            at, one = self._asked.popleft()
            _safely(one.late, at)
            looked_at += 1
            if looked_at % AT_ONCE == 0:  # where a network is cut, all of them are late together
                self._runtime.sleep(0)


def _safely(ask: Callable[[float], bool | None], at: float) -> bool | None:
    """One client that breaks must not cost all others their pings."""
    try:
        return ask(at)
    except Exception:
        log.exception("a client could not be pinged")
        return None
