"""A time that passes only where somebody sleeps, so that what depends on moments is tested without waiting for them."""

from collections.abc import Callable, Sequence


class Moving:
    """`at` is what happens meanwhile, by its moment in seconds, the earliest first."""

    def __init__(self, at: Sequence[tuple[float, Callable[[], None]]] = ()) -> None:
        self.now = 0.0
        self.at = list(at)

    def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        while self.at and self.at[0][0] <= until:
            self.now, happen = self.at.pop(0)
            happen()
        self.now = until
