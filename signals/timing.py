"""Remembers when an alert was committed, because the moment lies between the intake and the pipeline."""

from collections import OrderedDict
from collections.abc import Sequence
from time import perf_counter_ns

from events.envelope import Fact

_REMEMBERED = 8192  # far more than wait in the pipeline at once; older ones simply show no commit time


class Stopwatch:
    """Per signal: when its append began and when its commit was seen, in this process only."""

    def __init__(self) -> None:
        self._began: OrderedDict[str, int] = OrderedDict()
        self._committed: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def began(self, ids: Sequence[str]) -> None:
        now = perf_counter_ns()
        for id in ids:
            self._began[id] = now
        while len(self._began) > _REMEMBERED:
            self._began.popitem(last=False)

    def committed(self, facts: Sequence[Fact]) -> None:
        """A journal listener: runs directly after the commit."""
        now = perf_counter_ns()
        for fact in facts:
            began = self._began.pop(fact.id, None)
            if began is not None:
                self._committed[fact.id] = (began, now)
        while len(self._committed) > _REMEMBERED:
            self._committed.popitem(last=False)

    def forget(self, ids: Sequence[str]) -> None:
        for id in ids:
            self._began.pop(id, None)

    def waited(self, id: str) -> dict[str, float]:
        """`commit_ms` and `queue_ms` up to now; empty when the commit was another process's or before a restart."""
        times = self._committed.pop(id, None)
        if times is None:
            return {}
        began, committed = times
        return {"commit_ms": ms(committed - began), "queue_ms": ms(perf_counter_ns() - committed)}


def ms(nanoseconds: int) -> float:
    """Milliseconds with three digits."""
    return round(nanoseconds / 1e6, 3)
