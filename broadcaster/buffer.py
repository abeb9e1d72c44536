"""What the desk has not acknowledged yet, bounded: when it is full the oldest DEBUG or INFO goes first."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable

from broadcaster.disk import DiskLog
from broadcaster.item import LOW, Item

BATCH_ITEMS, BATCH_BYTES = 100, 100_000


class Buffer:
    """Safe for any thread. Items in flight stay counted and are never dropped; `dropped` counts by level."""

    def __init__(self, capacity: int, disk: DiskLog | None = None, wake: Callable[[], None] = lambda: None) -> None:
        if capacity < 1:
            raise ValueError("a buffer holds at least one event")
        self._capacity, self._disk, self._wake = capacity, disk, wake
        self._lock = threading.Lock()
        self._emptied = threading.Condition(self._lock)
        self._low: deque[Item] = deque()
        self._high: deque[Item] = deque()
        self._flight: list[Item] = []
        self._latest: dict[str, Item] = {}
        self._number = 0
        self._waiting_for_more = False
        self.dropped: Counter[str] = Counter()
        self._told: Counter[str] = Counter()
        for item in disk.load() if disk else ():
            self._put(item)

    def __len__(self) -> int:
        return len(self._low) + len(self._high) + len(self._flight) + len(self._latest)

    def add(self, item: Item) -> None:
        """Keep an item until it is acknowledged; on disk first, so that a kill right after loses nothing."""
        with self._lock:
            if item.key is not None:
                self._number += 1
                item.number = self._number
                self._latest[item.key] = item
            else:
                if self._disk:
                    self._disk.add(item)
                self._put(item)
            wake, self._waiting_for_more = self._waiting_for_more, False
        if wake:
            self._wake()

    def _put(self, item: Item) -> None:
        self._number += 1
        item.number = self._number
        (self._low if item.level in LOW else self._high).append(item)
        if len(self._low) + len(self._high) + len(self._flight) > self._capacity:
            # The newcomer is the last to go of its kind, but a DEBUG never pushes out a WARNING.
            gone = (self._low or self._high).popleft()
            self.dropped[gone.level] += 1
            if self._disk:
                self._disk.done([gone.id])

    def take(self, most: int = BATCH_ITEMS) -> list[Item]:
        """The oldest items, in order, as one batch in flight; none means that `wake` is called at the next add."""
        with self._lock:
            most = min(most, max(1, self._capacity // 2))
            size = 0
            while len(self._flight) < most:
                oldest = min((q for q in (self._low, self._high) if q), key=lambda q: q[0].number, default=None)
                if oldest is None or (self._flight and size + len(oldest[0].raw) > BATCH_BYTES):
                    break
                item = oldest.popleft()
                size += len(item.raw)
                self._flight.append(item)
            while self._latest and len(self._flight) < most and size < BATCH_BYTES // 2:
                item = self._latest.pop(next(iter(self._latest)))
                size += len(item.raw)
                self._flight.append(item)
            self._waiting_for_more = not self._flight
            return list(self._flight)

    def done(self, ids: Collection[str]) -> None:
        """These are acknowledged, or refused for good; the rest of the flight waits again, in its old place."""
        with self._lock:
            gone = set(ids)
            lasting = [item.id for item in self._flight if item.id in gone and item.key is None]
            self._land(item for item in self._flight if item.id not in gone)
            if self._disk and lasting:
                self._disk.done(lasting)
            if not len(self):
                if self._disk:
                    self._disk.clear()
                self._emptied.notify_all()

    def _land(self, items: Iterable[Item]) -> None:
        for item in reversed(list(items)):
            if item.key is not None:
                self._latest.setdefault(item.key, item)
            else:
                (self._low if item.level in LOW else self._high).appendleft(item)
        self._flight.clear()

    def untold_drops(self) -> dict[str, int]:
        """Drops since the last time this was asked, by level; empty while there is no room to say so."""
        with self._lock:
            if len(self) >= self._capacity or self.dropped == self._told:
                return {}
            fresh = self.dropped - self._told
            self._told = self.dropped.copy()
            return dict(fresh)

    def wait_empty(self, timeout: float | None) -> bool:
        """Whether everything was acknowledged or refused within `timeout` seconds (None: for ever)."""
        with self._emptied:
            return self._emptied.wait_for(lambda: not len(self), timeout)

    def close(self) -> None:
        """Let the file go; what it holds stays for the next run."""
        with self._lock:
            if self._disk:
                self._disk.close()
                self._disk = None
