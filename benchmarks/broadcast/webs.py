"""One fact to 2,000 clients: of one web process, and of two that share them, on one Postgres.

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

CLIENTS, FIRST_USE, EVENTS = 2000, 30, 150
MOST_SECONDS = 20.0
QUIET = {"LOG_LEVEL": "warning"}
WEB = Server("web", "web", "desk", SOCKETIO, ours=True)


def last_client(topology: Topology, program: Path) -> float:
    """Milliseconds from a commit's end to the last client of all webs, one event after the other.

    A machine of two cores stands for several. Each web has a core. Its clients run on it while it does nothing, and an
    event's arrival is when the kernel had it. Who else would have a machine of his own, Postgres and Redis, has the
    second core, and comes before the web there: so both webs have a niceness, which leaves their clients some 3 % where
    the bare loop's have less than 1.
    """
    webs = topology.webs
    placed = list(zip(webs, machine.cores(), strict=False))
    for web, core in placed:
        machine.pin(web.pid, core)
        machine.behind(web.pid)
    with ExitStack() as stack:
        about = {"mode": WEB.mode, "path": WEB.path, "token": API_TOKEN, "shared": True}
        generators = [
            stack.enter_context(Generator(program, core, port=web.port, post_port=web.port, **about))
            for web, core in placed
        ]
        for generator in generators:
            generator.clients(CLIENTS // len(webs))
        posting, *others = generators
        first = Running(WEB, webs[0].port, webs[0].pid, webs[0])
        posting.prepare(event_request(first), 1)
        _heard_by_all(posting, others, FIRST_USE)
        runs = _heard_by_all(posting, others, EVENTS)
        committed = first.committed()
    return statistics.median(_lasts(runs, committed))


def _heard_by_all(posting: Generator, others: list[Generator], events: int) -> list[Run]:
    """All are done when this returns: none counts an event of one run in the next."""
    for other in others:
        other.listen(events, MOST_SECONDS)
    return [posting.one_by_one(events), *(other.heard() for other in others)]


def _lasts(runs: list[Run], committed: dict[int, int]) -> list[float]:
    """One an event. RuntimeError when one did not reach everybody.

    One that was told together with what was committed behind it has no moment of its own, and is left out.
    """
    arrivals: dict[int, list[int]] = {}
    for run in runs:
        for event in run.events:
            arrivals.setdefault(seq_of(event.payload), []).extend(event.arrivals)
    whole = {seq: max(times) for seq, times in arrivals.items() if len(times) == CLIENTS and all(times)}
    if len(whole) < len(runs[0].posts):
        types = {_type_of(event.payload) for run in runs for event in run.events}
        raise RuntimeError(
            f"only {len(whole)} of {len(runs[0].posts)} events reached everybody; came: {', '.join(sorted(types))}"
        )
    return [(last - committed[seq]) / 1e6 for seq, last in whole.items() if seq in committed]


def _type_of(payload: bytes) -> str:
    """Also of one of which only the beginning was kept."""
    return payload.partition(b'"type":"')[2].partition(b'"')[0].decode()


@contextmanager
def standing(folder: Path, template: Path, database_url: str, redis_url: str, webs: int) -> Iterator[Topology]:
    """`redis_url` may be empty: then Postgres tells the webs of each other's commits.

    Without a worker: what it had the database do would be done on the second web's core here.
    """
    topology = Topology(folder, template, database_url, {**ROOM, **QUIET, "REDIS_URL": redis_url})
    try:
        yield topology.start(webs, 0)
    finally:
        topology.stop()
