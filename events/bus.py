"""Passing updates: the newest of each key, told at a bounded rate; what is overtaken is never told."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

from events.envelope import Passing
from runtime import Runtime

MOST_KEYS = 10_000


class Bus:
    """`publish` never waits. Each key is told at most `per_second` times a second, and its newest value always.

    `overtaken` counts values that were replaced before they were told. Of over `most_keys` keys the one that was
    silent for longest is forgotten.
    """

    def __init__(self, runtime: Runtime, per_second: float = 10.0, most_keys: int = MOST_KEYS) -> None:
        self._runtime, self._interval, self._most_keys = runtime, 1.0 / per_second, most_keys
        self._latest: OrderedDict[str, Passing] = OrderedDict()
        self._told: dict[str, float] = {}
        self._waiting: set[str] = set()
        self._flushing = False
        self._listeners: list[Callable[[Passing], None]] = []
        self.overtaken = 0

    def listen(self, callback: Callable[[Passing], None]) -> None:
        """`callback` runs on the loop and must not yield."""
        self._listeners.append(callback)

    def latest(self, types: Iterable[str] | None = None) -> dict[str, Passing]:
        """The newest update of each `type:key`."""
        if types is None:
            return dict(self._latest)
        wanted = frozenset(types)
        return {key: one for key, one in self._latest.items() if one.type in wanted}

    def newest(self, type: str, key: str) -> Passing | None:
        """The newest update of this key."""
        return self._latest.get(f"{type}:{key}")

    def publish(self, update: Passing) -> None:
        """Raises NotFinite and BadWire for what has no JSON, before anything of it is kept."""
        update.json()
        key = f"{update.type}:{update.key}"  # a source may be named as another type's key is
        now = time.monotonic()
        if key not in self._latest and len(self._latest) >= self._most_keys:
            self._forget_oldest(now)
        self._latest[key] = update
        self._latest.move_to_end(key)
        if key in self._waiting:
            self.overtaken += 1
        elif now - self._told.get(key, -1e9) >= self._interval:
            self._tell(key, now)
        else:
            self._waiting.add(key)
            if not self._flushing:
                self._flushing = True
                self._runtime.spawn(self._flush)

    def _forget_oldest(self, now: float) -> None:
        oldest = next(iter(self._latest))
        if oldest in self._waiting:  # its newest value is still owed to everybody
            self._tell(oldest, now)
        del self._latest[oldest]
        self._told.pop(oldest, None)

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
