"""The server's own figures: what `/api/system/health` answers, the pages show and `/metrics` exposes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from web import state

if TYPE_CHECKING:
    from web.desk import Desk


@dataclass
class Pulse:
    """How late the loop is: the worst delay of a timer in the last round, and in all, in milliseconds."""

    delay_ms: float = 0.0
    worst_ms: float = 0.0
    began: float = field(default_factory=time.monotonic)

    def took(self, seconds_late: float) -> None:
        self.delay_ms = round(max(0.0, seconds_late) * 1000, 2)
        self.worst_ms = max(self.worst_ms, self.delay_ms)


def memory_mb() -> float | None:
    """This process's resident memory in MB; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * 4096 / 1e6, 1)


def figures(desk: Desk) -> dict[str, Any]:
    """Plain figures; unknown is null."""
    return {
        "version": desk.version,
        "started_at": desk.started_at,
        "uptime_s": round(time.monotonic() - desk.pulse.began, 1),
        "engine": desk.runtime.name,
        "database": {"dialect": desk.journal.dialect} | desk.journal.stats(),
        "followers": state.followers(desk),
        "head": desk.journal.head,
        "sockets": desk.sockets(),
        "memory_mb": memory_mb(),
        "loop_delay_ms": desk.pulse.delay_ms,
        "loop_delay_worst_ms": desk.pulse.worst_ms,
    }
