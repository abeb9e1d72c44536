"""Counters for Prometheus of what comes by the thousand a second.

The loop alone counts here; the client library's own counters lock for each, under the engines with a lock in Python.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry


class Tally(Collector):
    """How often, by the values of `labels`; its name ends with `_total` in the answer."""

    def __init__(self, name: str, says: str, labels: Sequence[str], registry: CollectorRegistry) -> None:
        self._name, self._says, self._labels = name, says, labels
        self._counts: Counter[tuple[str, ...]] = Counter()
        registry.register(self)

    def count(self, *values: str) -> None:
        self._counts[values] += 1

    def describe(self) -> Iterable[Metric]:
        return [self._family()]

    def collect(self) -> Iterator[Metric]:
        family = self._family()
        for values, count in self._counts.items():
            family.add_metric(values, count)
        yield family

    def _family(self) -> CounterMetricFamily:
        return CounterMetricFamily(self._name, self._says, labels=self._labels)


class Seconds(Collector):
    """How many took at most so long, by `bounds` in seconds."""

    def __init__(self, name: str, says: str, bounds: Sequence[float], registry: CollectorRegistry) -> None:
        self._name, self._says, self._bounds = name, says, bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0
        registry.register(self)

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def describe(self) -> Iterable[Metric]:
        return [HistogramMetricFamily(self._name, self._says)]

    def collect(self) -> Iterator[Metric]:
        bounds = [*(str(float(bound)) for bound in self._bounds), "+Inf"]
        buckets = list(zip(bounds, map(float, accumulate(self._counts)), strict=True))
        yield HistogramMetricFamily(self._name, self._says, buckets=buckets, sum_value=self._sum)
