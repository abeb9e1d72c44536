"""Counts alerts that came with a token that no source has: after a rotation TradingView goes on posting to the old URL.

Nothing of such a post is kept, since anybody on the network may send it: only how many there were and when.
"""

from datetime import datetime
from typing import Any

from events.clock import now_utc, rfc3339


class Strangers:
    """In this process, since it began."""

    def __init__(self) -> None:
        self._since = now_utc()
        self._count = 0
        self._last: datetime | None = None

    def came(self, at: datetime) -> None:
        self._count += 1
        self._last = at

    def describe(self) -> dict[str, Any]:
        """`{count, last_at, since}`; `last_at` is null when none came."""
        last = None if self._last is None else rfc3339(self._last)
        return {"count": self._count, "last_at": last, "since": rfc3339(self._since)}
