"""The server's own figures: what `/api/system/health` answers, the pages show and `/metrics` exposes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from web import state

if TYPE_CHECKING:
    from web.desk import Desk


# A minute at four rounds a second: long enough for a percentile, short enough to show what is wrong now.
WINDOW_ROUNDS = 240


def percentile(values: Collection[float], share: float) -> float | None:
    """The value that `share` of them do not exceed; None of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


@dataclass
class Pulse:
    """Felt every round: how late the loop's timers are, in milliseconds, and how fast counted things rise.

    `delay_ms` is the last round's, `worst_ms` the worst since the start; the rest is over the newest WINDOW_ROUNDS.
    """

    delay_ms: float = 0.0
    worst_ms: float = 0.0
    began: float = field(default_factory=time.monotonic)
    _delays: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW_ROUNDS))
    _counts: deque[tuple[float, dict[str, int]]] = field(default_factory=lambda: deque(maxlen=WINDOW_ROUNDS))

    def took(self, seconds_late: float, counts: dict[str, int] | None = None) -> None:
        """One round: how late its timer came, and where the counters stand."""
        self.delay_ms = round(max(0.0, seconds_late) * 1000, 2)
        self.worst_ms = max(self.worst_ms, self.delay_ms)
        self._delays.append(self.delay_ms)
        if counts is not None:
            self._counts.append((time.monotonic(), counts))

    def delays(self) -> dict[str, float | None]:
        """`{p50_ms, p99_ms, max_ms}` of the window."""
        shares = {"p50_ms": 0.5, "p99_ms": 0.99, "max_ms": 1.0}
        return {name: percentile(self._delays, share) for name, share in shares.items()}

    def rates(self) -> dict[str, float]:
        """Each counter's rise a second over the window."""
        if len(self._counts) < 2:
            return {}
        (began, first), (ended, last) = self._counts[0], self._counts[-1]
        seconds = max(1e-3, ended - began)
        return {f"{name}_per_s": round((last[name] - first.get(name, 0)) / seconds, 2) for name in last}


def memory_mb() -> float | None:
    """This process's resident memory in MB; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * 4096 / 1e6, 1)


def counts(desk: Desk) -> dict[str, int]:
    """What rises with the desk's work, for the rates: facts, passing updates overtaken, and what the gateway counts."""
    return {"facts": desk.journal.head, "passing_overtaken": desk.bus.overtaken} | desk.delivered()


def figures(desk: Desk) -> dict[str, Any]:
    """Plain figures; unknown is null."""
    return {
        "version": desk.version,
        "started_at": desk.started_at,
        "uptime_s": round(time.monotonic() - desk.pulse.began, 1),
        "engine": desk.runtime.name,
        "role": desk.values.role,
        "process": desk.values.process,
        "worker": desk.lease.describe(),
        "database": {"dialect": desk.journal.dialect} | desk.journal.stats(),
        "followers": state.followers(desk),
        "wakeups": desk.wakeups.stats(),
        "head": desk.journal.head,
        "sockets": desk.sockets(),
        "delivery": desk.delivery(),
        "rates": desk.pulse.rates(),
        "memory_mb": memory_mb(),
        "loop_delay_ms": desk.pulse.delay_ms,
        "loop_delay_worst_ms": desk.pulse.worst_ms,
        **{f"loop_delay_{name}": value for name, value in desk.pulse.delays().items()},
    }
