"""The newest facts in memory, so that whoever is nearly up to date needs no database."""

from bisect import insort
from collections import deque
from collections.abc import Sequence
from itertools import islice
from sys import getsizeof

from events.envelope import Fact

# More makes a fact a large one. An alert's have 1 to 3 KB, a published one up to 1 MB.
LARGE_BYTES = 8 * 1024


class Budget:
    """How much the large ones of `count` may take together: as much as if all were just not large.

    Only they are counted: the number bounds the others, and most of what comes costs a comparison.
    """

    def __init__(self, count: int) -> None:
        self.bytes = count * LARGE_BYTES
        self._held = 0
        self._large: list[tuple[int, int]] = []

    def take(self, first: int, seq: int, size: int) -> int:
        """Count a large one; the first seq that may stay, where `first` is it now. The newest large one may always."""
        insort(self._large, (seq, size))
        self._held += size
        gone = 0
        while (oldest := self._large[gone])[0] < first or (self._held > self.bytes and gone < len(self._large) - 1):
            first = max(first, oldest[0] + 1)
            self._held -= oldest[1]
            gone += 1
        del self._large[:gone]
        return first


class Ring:
    """Facts with contiguous `seq`, the newest last: at most `size`, and fewer where they are large."""

    def __init__(self, size: int, head: int) -> None:
        self._facts: deque[Fact] = deque(maxlen=size)
        self._budget = Budget(size)
        self.head = head

    def add(self, facts: Sequence[Fact]) -> None:
        self._facts.extend(facts)
        self.head = facts[-1].seq or self.head
        for fact in facts:
            if len(fact.text()) > LARGE_BYTES:
                self._make_room(fact)

    def _make_room(self, large: Fact) -> None:
        seq, first = large.seq or 0, self.head - len(self._facts) + 1
        if seq < first:
            return  # its own commit was longer than the ring
        for _ in range(self._budget.take(first, seq, getsizeof(large.text())) - first):
            self._facts.popleft()

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
