"""Slows guessing at the password without ever shutting the right one out.

Each door (a browser that has logged in before, else an address) has a bucket of tries that refills one by one. A wrong
try empties it, a right one fills it. With an empty bucket the password is not looked at: the answer is 429 with the
seconds until the next try. A stranger's guesses never touch the owner's known browser, which has a bucket of its own.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable

DOORS = 10_000


class Throttle:
    """`attempts` tries at once, then one each `refill_seconds`. `clock` returns seconds that only rise."""

    def __init__(self, attempts: int, refill_seconds: float, clock: Callable[[], float]) -> None:
        self._attempts, self._refill, self._clock = attempts, refill_seconds, clock
        self._doors: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, door: str) -> float:
        """Seconds until a try at `door` is looked at; 0.0 takes a try now."""
        now = self._clock()
        left, at = self._doors.pop(door, (float(self._attempts), now))
        left = min(float(self._attempts), left + (now - at) / self._refill)
        taken = left >= 1.0
        self._doors[door] = (left - 1.0 if taken else left, now)
        while len(self._doors) > DOORS:
            self._doors.popitem(last=False)
        return 0.0 if taken else (1.0 - left) * self._refill

    def right(self, door: str) -> None:
        """The password was right: the door is as new."""
        self._doors.pop(door, None)


def door_of(address: str) -> str:
    """An address's door; an IPv6 household's whole /64 is one, since it can be walked freely."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
