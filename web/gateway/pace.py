"""When a fact of the past is due now: the time between facts kept to scale, whatever happens to the speed meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

# A playback that was held up catches up with so much of its own time, and not with minutes in one burst.
CATCH_UP_SECONDS = 1.0


class Pace:
    """`speed` is seconds of the past in one of now; no wait is longer than `max_gap_s` (None: none is cut).

    `at` are Unix seconds of the past. A clock that was set back while the facts were told makes no wait.
    """

    def __init__(
        self, speed: float, max_gap_s: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.speed, self._max_gap, self._clock = speed, max_gap_s, clock
        self._at: float | None = None
        self._since = clock()

    def wait(self, at: float) -> float:
        """Seconds until a fact of `at` is due; 0.0 when it is now, or was before."""
        return max(0.0, self._since + self._gap(at) - self._clock())

    def told(self, at: float) -> None:
        """A fact of `at` was told: what follows is measured from when it was due."""
        self._since = max(self._since + self._gap(at), self._clock() - CATCH_UP_SECONDS)
        self._at = at

    def stand(self, at: float) -> None:
        """A fact of `at` was told out of turn, while time stands still: it goes on from there."""
        self._at = at
        self.go()

    def halt(self) -> None:
        """Stand still: what has passed of a wait counts, what passes until `go` does not."""
        if self._at is not None:
            self._at += max(0.0, self._clock() - self._since) * self.speed
        self.go()

    def go(self) -> None:
        """Time passes again, from now on."""
        self._since = self._clock()

    def change(self, speed: float) -> None:
        """Another speed from now on, in the middle of a wait too."""
        self.halt()
        self.speed = speed

    def jump(self) -> None:
        """Somewhere else in the past: the next fact is due at once."""
        self._at = None
        self.go()

    def _gap(self, at: float) -> float:
        if self._at is None:
            return 0.0
        seconds = max(0.0, at - self._at) / self.speed
        return seconds if self._max_gap is None else min(seconds, self._max_gap)
