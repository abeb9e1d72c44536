"""Two bare loops of `send` at once against one, without a desk: to compare two webs with."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.broadcast.generator import Broken
from benchmarks.broadcast.webs import EVENTS, FIRST_USE

# Somewhat less often than the webs' events follow each other.
RATE = 50.0
# Until all have heard when to begin.
AHEAD_SECONDS, MOST_SECONDS = 0.5, 30.0


def last_client(program: Path, clients: int, cores: Sequence[int]) -> float:
    """Milliseconds from an event's moment until the loops, one a core, which share the clients, have sent it to all."""
    with ExitStack() as stack:
        loops = [stack.enter_context(_loop(program, clients // len(cores), core)) for core in cores]
        for loop in loops:
            if loop.stdout is None or loop.stdout.readline() != "ready\n":
                loop.kill()
                raise Broken(f"a bare loop: {loop.communicate()[1]}")
        begin = time.monotonic_ns() + int(AHEAD_SECONDS * 1e9)
        each = [[int(line) for line in lines.split()] for lines in _said(loops, begin)]
    return statistics.median([max(event) / 1e6 for event in zip(*each, strict=True)][FIRST_USE:])


@contextmanager
def _loop(program: Path, clients: int, core: int) -> Iterator[subprocess.Popen[str]]:
    asked = map(str, (clients, core, EVENTS + FIRST_USE, int(1e9 / RATE)))
    pipe = subprocess.PIPE
    with subprocess.Popen([program, *asked], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as loop:
        try:
            yield loop
        finally:
            loop.kill()


def _said(loops: Sequence[subprocess.Popen[str]], begin: int) -> Iterator[str]:
    for loop in loops:
        assert loop.stdin is not None
        loop.stdin.write(f"{begin}\n")
        loop.stdin.flush()
    for loop in loops:
        try:
            said, why = loop.communicate(timeout=MOST_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise Broken("a bare loop: it does not end") from error
        if loop.returncode:
            raise Broken(f"a bare loop: {why}")
        yield said
