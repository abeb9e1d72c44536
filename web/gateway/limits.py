"""How much one client, one token and one address may ask for, so that none takes the desk from the others."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from web.gateway.errors import OverQuota, TooMany

if TYPE_CHECKING:
    from web.auth import Principal
    from web.gateway.client import Client

# A pause is made up for: so many seconds' worth may come at once.
MESSAGES_BURST, PUBLISH_BURST = 5.0, 10.0
# Tokens whose use is remembered; the one that was silent for longest begins afresh.
MOST_TOKENS = 1_000


class Allowance:
    """`per_second` comes in, up to `burst`; what is not there can't be taken."""

    __slots__ = ("_at", "_burst", "_clock", "_left", "_per_second")

    def __init__(self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._left, self._at = burst, clock()

    def wait(self, cost: float) -> float:
        """Seconds until `cost` can be taken; 0.0 when it can be now."""
        now = self._clock()
        self._left = min(self._burst, self._left + max(0.0, now - self._at) * self._per_second)
        self._at = now
        return max(0.0, (min(cost, self._burst) - self._left) / self._per_second)

    def spend(self, cost: float) -> None:
        """Take it, even if it is not there yet: then nothing can be taken until it is paid back."""
        self._left -= cost

    def take(self, cost: float) -> float:
        """0.0 when it was taken, else the seconds to wait."""
        seconds = self.wait(cost)
        if seconds == 0.0:
            self.spend(cost)
        return seconds


class Quotas:
    """What one token may publish a second, over all its connections and over HTTP together."""

    def __init__(self, events: float, size: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._events, self._size, self._clock = events, size, clock
        self._used: OrderedDict[str, tuple[Allowance, Allowance]] = OrderedDict()

    def check(self, token: str, events: int) -> None:
        """Before so many events are looked at. Raises OverQuota with the time to wait."""
        counts, sizes = self._of(token)
        seconds = max(counts.wait(events), sizes.wait(1.0))
        if seconds > 0:
            hint = (
                f"At most {self._events:g} events and {self._size:g} bytes a second for long: wait, then send it again."
            )
            raise OverQuota("too_fast", "This token publishes too much.", hint, retry_after=round(seconds, 2))
        counts.spend(events)

    def spend(self, token: str, size: int) -> None:
        """The bytes of what was taken, counted when they are known."""
        self._of(token)[1].spend(size)

    def _of(self, token: str) -> tuple[Allowance, Allowance]:
        found = self._used.get(token)
        if found is None:
            events, size = (Allowance(rate, rate * PUBLISH_BURST, self._clock) for rate in (self._events, self._size))
            found = self._used[token] = (events, size)
            if len(self._used) > MOST_TOKENS:
                self._used.popitem(last=False)
        self._used.move_to_end(token)
        return found


class Door:
    """Counts who is inside, by login and by address."""

    def __init__(self, per_login: int, per_address: int) -> None:
        self._per_login, self._per_address = per_login, per_address
        self._inside: Counter[tuple[str, str]] = Counter()

    def admit(self, principal: Principal, address: str) -> None:
        """Whether one more may come. Raises TooMany."""
        for kind, name, most in (
            ("login", principal.session, self._per_login),
            ("address", address, self._per_address),
        ):
            if self._inside[kind, name] >= most:
                hint = f"At most {most}; close one, or raise CLIENTS_PER_{kind.upper()}."
                raise TooMany("too_many_clients", f"This {kind} has too many live connections.", hint)

    def enter(self, client: Client) -> None:
        for key in _keys(client):
            self._inside[key] += 1

    def leave(self, client: Client) -> None:
        for key in _keys(client):
            self._inside[key] -= 1
            if self._inside[key] <= 0:
                del self._inside[key]


def _keys(client: Client) -> list[tuple[str, str]]:
    return [("login", client.principal.session), ("address", str(client.about.get("address", "")))]
