"""All servers at once with the same number of clients, who take turns of a second: a slow minute hits them all alike.

Machines that others use too change their speed by half within a minute, so a server that has its whole turn in such a
minute is compared with nothing. Here each round gives every server a short turn; a server that waits stands still.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.broadcast import machine
from benchmarks.broadcast.figures import TURN, Figures, broadcast
from benchmarks.broadcast.generator import Broken, Generator
from benchmarks.broadcast.servers import Running, Server, event_request

# Events of one turn: long enough for a median, short enough that nobody's ping is missed while he stands still.
EVENTS = {1: 60, 100: 80, 1000: 30, 5000: 12}
ROUNDS = 6
Start = Callable[[Server, ExitStack], tuple[Running, Generator]]


@dataclass(frozen=True)
class Standing:
    """A server with its clients; `kb_per_client` is what they added to its memory."""

    running: Running
    generator: Generator
    kb_per_client: float


class Stage:
    """`start` brings a server up with a generator that lives as long as the stack; `chance` seeds the turns' order."""

    def __init__(self, start: Start, failed: Callable[[Server, Exception], None], chance: int = 0) -> None:
        self._start, self._failed = start, failed
        self._chance = random.Random(chance)  # nobody always comes behind the same neighbour

    def play(self, servers: Sequence[Server], count: int, rounds: int = ROUNDS) -> Iterator[tuple[Server, Figures]]:
        """Each round's figures of each server, with the round's number. One that gives up is named and left out."""
        with ExitStack() as stack:
            standing = [found for server in servers if (found := self._stand(server, count, stack)) is not None]
            for turn in range(rounds):
                for one in self._chance.sample(standing, len(standing)):
                    try:
                        with _alone(one, standing):
                            figures = broadcast(one.running, one.generator, EVENTS.get(count, 30))
                    except (Broken, RuntimeError) as error:
                        standing.remove(one)
                        self._failed(one.running.server, error)
                    else:
                        yield one.running.server, {TURN: float(turn), "kb_per_client": one.kb_per_client, **figures}

    def _stand(self, server: Server, count: int, stack: ExitStack) -> Standing | None:
        try:
            running, generator = self._start(server, stack)
            generator.clients(1)
            before = machine.memory_kb(running.pids)
            generator.clients(count)
            generator.prepare(event_request(running), 1)
            broadcast(running, generator, 5)  # first use: code, caches, buffers
        except (Broken, RuntimeError, AssertionError) as error:
            self._failed(server, error)
            return None
        return Standing(running, generator, (machine.memory_kb(running.pids) - before) / max(1, count - 1))


@contextmanager
def _alone(one: Standing, everybody: Sequence[Standing]) -> Iterator[None]:
    others = [pid for other in everybody if other is not one for pid in other.running.pids]
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in others:
            os.kill(pid, signal.SIGCONT)
