"""How fast facts arrive: what clients confirm, on the desk's own clock, for each of them and for all together."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import deque
from typing import Any

from web.system import percentile

# A client that confirms once a second is measured each time, although networks bring two closer together.
ACK_SECONDS = 0.5
OF_ONE, OF_ALL = 100, 1_000
# Upper bounds in seconds, for Prometheus.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SHARES = {"latency_p50_ms": 0.5, "latency_p95_ms": 0.95, "latency_p99_ms": 0.99}


class Latencies:
    """All clients' together: the newest for percentiles, and every one since the start by its size."""

    def __init__(self) -> None:
        self._newest: deque[float] = deque(maxlen=OF_ALL)
        self._counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def add(self, ms: float) -> None:
        self._newest.append(ms)
        self._counts[bisect_left(BOUNDS, ms / 1000)] += 1
        self.seconds += ms / 1000

    @property
    def count(self) -> int:
        return sum(self._counts)

    def percentiles(self) -> dict[str, float | None]:
        """`{latency_p50_ms, latency_p95_ms, latency_p99_ms}` of the newest thousand."""
        return {name: percentile(self._newest, share) for name, share in SHARES.items()}

    def buckets(self) -> list[tuple[str, float]]:
        """How many took at most so long, in Prometheus' form."""
        made: list[tuple[str, float]] = []
        total = 0
        for bound, count in zip([*map(str, BOUNDS), "+Inf"], self._counts, strict=True):
            total += count
            made.append((bound, total))
        return made


class Delivery:
    """What one client confirmed. `live` is called when it joins: what it was sent before was old when it was sent."""

    __slots__ = ("_acked_at", "_live_at", "_newest", "acked", "since")

    def __init__(self) -> None:
        self.since = time.monotonic()
        self.acked: int | None = None
        self._acked_at = float("-inf")
        self._live_at = float("inf")
        self._newest: deque[float] | tuple[()] = ()  # most clients never confirm, and an empty deque takes 760 bytes

    def live(self) -> None:
        self._live_at = time.monotonic()

    def ack(self, seq: int, made: float | None, held_ms: float) -> float | None:
        """A fact that was encoded at `made` (monotonic) has arrived; the latency in ms where that is one.

        `held_ms` is how long the client had it before it said so: a span on its clock, however wrong that is set.
        """
        now = time.monotonic()
        self.acked = max(seq, self.acked or 0)
        if now - self._acked_at < ACK_SECONDS:
            return None
        self._acked_at = now
        if made is None or made < self._live_at:
            return None
        took = round(max(0.0, (now - made) * 1000 - held_ms), 1)
        if not isinstance(self._newest, deque):
            self._newest = deque(maxlen=OF_ONE)
        self._newest.append(took)
        return took

    def describe(self) -> dict[str, Any]:
        """`{uptime_s, acked, latency_ms, latency_p50_ms, …}`; the first latency is the last one."""
        return {
            "uptime_s": round(time.monotonic() - self.since, 1),
            "acked": self.acked,
            "latency_ms": self._newest[-1] if self._newest else None,
            **{name: percentile(self._newest, share) for name, share in SHARES.items()},
        }
