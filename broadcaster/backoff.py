"""When to speak again: after a failure later each time and never in step with other scripts; else not too often."""

from __future__ import annotations

import random
import time

# The desk lets a connection say 100 messages at once and 20 a second for long; a message may hold 100 events.
BURST, PER_SECOND = 80.0, 16.0


class Backoff:
    """Seconds from `first`, doubling, up to `most`; each between half and all of that, by chance."""

    def __init__(self, first: float = 0.2, most: float = 15.0) -> None:
        self._first, self._most = first, most
        self._tries = 0

    def next(self) -> float:
        """How long to wait now."""
        span = min(self._most, self._first * 2.0 ** min(self._tries, 16))
        self._tries += 1
        return span * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret

    def reset(self) -> None:
        """It worked."""
        self._tries = 0


class Pace:
    """Held below what the desk allows, so that it never has to refuse: what comes meanwhile gathers in one message."""

    def __init__(self) -> None:
        self._allowance, self._at = BURST, time.monotonic()

    def delay(self) -> float:
        """Seconds until the next message may go; 0 counts it as sent."""
        now = time.monotonic()
        self._allowance = min(BURST, self._allowance + (now - self._at) * PER_SECOND)
        self._at = now
        if self._allowance < 1:
            return (1 - self._allowance) / PER_SECOND
        self._allowance -= 1
        return 0.0
