"""The newest facts in memory, so that whoever is nearly up to date needs no database."""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from events.envelope import Fact


class Ring:
    """Facts with contiguous `seq`, the newest last."""

    def __init__(self, size: int, head: int) -> None:
        self._facts: deque[Fact] = deque(maxlen=size)
        self.head = head

    def add(self, facts: Sequence[Fact]) -> None:
        self._facts.extend(facts)
        self.head = facts[-1].seq or self.head

    def after(self, seq: int) -> list[Fact] | None:
        """The facts after `seq`, oldest first; None when the ring does not reach back that far."""
        missing = self.head - seq
        if missing <= 0:
            return []
        if missing > len(self._facts):
            return None
        newest = list(islice(reversed(self._facts), missing))  # from the end: few are asked for, and many kept
        newest.reverse()
        return newest
