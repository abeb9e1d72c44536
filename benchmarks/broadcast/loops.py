"""What two cores can do at all for a broadcast: two bare loops of `send` at once against one, without a desk."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.broadcast.generator import Broken

# As many events as the webs have, as far apart; those before are first use.
EVENTS, FIRST_USE, RATE = 30, 5, 10.0
START_SECONDS = 2.0  # until all clients of all loops are connected


def last_client(program: Path, clients: int, cores: Sequence[int]) -> float:
    """Milliseconds from an event's moment until the loops, one a core, which share the clients, have sent it to all."""
    first = time.monotonic_ns() + int(START_SECONDS * 1e9)
    timing = (EVENTS + FIRST_USE, first, int(1e9 / RATE))
    loops = [
        subprocess.Popen(
            [program, *map(str, (clients // len(cores), core, *timing))],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for core in cores
    ]
    said = [loop.communicate() for loop in loops]
    if any(loop.returncode for loop in loops):
        raise Broken("a bare loop: " + " ".join(words for _, words in said))
    each = [[int(line) for line in lines.split()] for lines, _ in said]
    return statistics.median([max(event) / 1e6 for event in zip(*each, strict=True)][FIRST_USE:])
