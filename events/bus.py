"""Passing updates: the newest of each key, told at a bounded rate; what is overtaken is never told."""

import time
from collections.abc import Callable, Iterable

from events.envelope import Passing
from runtime import Runtime

MOST_KEYS = 10_000


class Bus:
    """`publish` never waits. Each key is told at most `per_second` times a second, and its newest value always."""

    def __init__(self, runtime: Runtime, per_second: float = 10.0) -> None:
        self._runtime, self._interval = runtime, 1.0 / per_second
        self._latest: dict[str, Passing] = {}
        self._told: dict[str, float] = {}
        self._waiting: set[str] = set()
        self._flushing = False
        self._listeners: list[Callable[[Passing], None]] = []

    def listen(self, callback: Callable[[Passing], None]) -> None:
        """`callback` runs on the loop and must not yield."""
        self._listeners.append(callback)

    def latest(self, types: Iterable[str] | None = None) -> dict[str, Passing]:
        """The newest update of each `type:key`."""
        if types is None:
            return dict(self._latest)
        wanted = frozenset(types)
        return {key: one for key, one in self._latest.items() if one.type in wanted}

    def publish(self, update: Passing) -> None:
        key = f"{update.type}:{update.key}"  # a source may be named as another type's key is
        if key not in self._latest and len(self._latest) >= MOST_KEYS:
            oldest = next(iter(self._latest))
            del self._latest[oldest]
            self._told.pop(oldest, None)
            self._waiting.discard(oldest)
        self._latest[key] = update
        now = time.monotonic()
        if now - self._told.get(key, -1e9) >= self._interval:
            self._tell(key, now)
        else:
            self._waiting.add(key)
            if not self._flushing:
                self._flushing = True
                self._runtime.spawn(self._flush)

    def _tell(self, key: str, now: float) -> None:
        self._told[key] = now
        self._waiting.discard(key)
        for listener in self._listeners:
            listener(self._latest[key])

    def _flush(self) -> None:
        try:
            while self._waiting:
                self._runtime.sleep(self._interval / 2)
                now = time.monotonic()
                for key in [key for key in self._waiting if now - self._told.get(key, 0.0) >= self._interval]:
                    self._tell(key, now)
        finally:
            self._flushing = False
