"""One fact to 2,000 clients: of one web process, and of two that share them, on one Postgres with one worker.

The second web hears of a commit by Redis, as in compose.yaml, or by Postgres itself.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.broadcast import machine
from benchmarks.broadcast.figures import seq_of
from benchmarks.broadcast.generator import Generator, Run
from benchmarks.broadcast.servers import ROOM, SOCKETIO, Running, Server, event_request
from tests.support.server import API_TOKEN
from tests.support.topology import Topology

CLIENTS, RATE, SECONDS = 2000, 10.0, 3.0
LONG_LEASE = {"LEASE_SECONDS": "6", "LEASE_RENEW_SECONDS": "2", "LOG_LEVEL": "warning"}
WEB = Server("web", "web", "desk", SOCKETIO, ours=True)


def last_client(topology: Topology, program: Path) -> float:
    """Milliseconds from a commit's end to the last client of all webs.

    Each web has a core; all others share the second. The worker and the clients, which would have machines of their
    own, run when no web and no database wants to; an event's arrival is when the kernel had it for the client.
    """
    webs = topology.webs
    for worker in topology.workers:
        machine.last_in_line(worker.pid)
        machine.pin(worker.pid, machine.cores()[1])
    for web, core in zip(webs, machine.cores(), strict=False):
        machine.pin(web.pid, core)
    with ExitStack() as stack:
        generators = [
            stack.enter_context(
                Generator(
                    program, None, port=web.port, post_port=web.port, mode=WEB.mode, path=WEB.path, token=API_TOKEN
                )
            )
            for web in webs
        ]
        for generator in generators:
            generator.clients(CLIENTS // len(webs))
        posting, *others = generators
        first = Running(WEB, webs[0].port, webs[0].pid, webs[0])
        posting.prepare(event_request(first), 1)
        posting.stream(RATE, 1.0)  # first use
        for other in others:
            other.pause(0.5)  # its last events are not counted with those that follow
            other.listen(int(RATE * SECONDS), SECONDS + 3)
        posting.pause(0.3)  # they listen when nobody else wants to run
        runs = [posting.stream(RATE, SECONDS), *(other.heard() for other in others)]
        committed = first.committed()
    return statistics.median(_lasts(runs, committed))


def _lasts(runs: list[Run], committed: dict[int, int]) -> list[float]:
    """One an event. RuntimeError when one did not reach everybody.

    One that was told together with what another process had committed behind it has no moment of its own.
    """
    arrivals: dict[int, list[int]] = {}
    for run in runs:
        for event in run.events:
            arrivals.setdefault(seq_of(event.payload), []).extend(event.arrivals)
    whole = {seq: max(times) for seq, times in arrivals.items() if len(times) == CLIENTS and all(times)}
    if len(whole) < len(runs[0].posts):
        raise RuntimeError(f"only {len(whole)} of {len(runs[0].posts)} events reached everybody")
    return [(last - committed[seq]) / 1e6 for seq, last in whole.items() if seq in committed]


@contextmanager
def standing(folder: Path, template: Path, database_url: str, redis_url: str, webs: int) -> Iterator[Topology]:
    """`redis_url` may be empty: then Postgres tells the webs of each other's commits."""
    topology = Topology(folder, template, database_url, {**ROOM, **LONG_LEASE, "REDIS_URL": redis_url})
    try:
        yield topology.start(webs, 1)
    finally:
        topology.stop()
