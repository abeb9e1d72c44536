"""Stops asking a model that keeps failing, so that a hung model costs three deadlines and not one for every alert."""

from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row; after `seconds` it lets one attempt through, which closes it or opens it again.

    `clock` gives seconds that never go back. Used on the loop, where nothing interrupts these methods.
    """

    def __init__(self, failures: int, seconds: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._seconds = seconds
        self._clock = clock
        self._failed = 0
        self._retry_at: float | None = None

    @property
    def state(self) -> str:
        """`closed`, `open`, or `half_open` when the next call is the attempt."""
        if self._retry_at is None:
            return "closed"
        return "half_open" if self._clock() >= self._retry_at else "open"

    def admits(self) -> bool:
        """Whether to ask now. The half-open attempt is handed out once: others wait for its end or the next term."""
        if self._retry_at is None:
            return True
        now = self._clock()
        if now < self._retry_at:
            return False
        self._retry_at = now + self._seconds
        return True

    def succeeded(self) -> None:
        self._failed = 0
        self._retry_at = None

    def failed(self) -> None:
        self._failed += 1
        if self._failed >= self._limit or self._retry_at is not None:
            self._retry_at = self._clock() + self._seconds
