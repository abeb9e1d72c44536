"""One fact to 2,000 clients: of one web process, and of two that share them, on one Postgres with one worker.

The second web hears of a commit by Redis, as in compose.yaml, or by Postgres itself.
"""

from __future__ import annotations

import hashlib
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
        _heard_by_all(posting, others, 1.0)  # first use
        runs = _heard_by_all(posting, others, SECONDS)
        committed = first.committed()
    return statistics.median(_lasts(runs, committed))


def _heard_by_all(posting: Generator, others: list[Generator], seconds: float) -> list[Run]:
    """All are done when this returns: none counts an event of one run in the next."""
    for other in others:
        other.listen(int(RATE * seconds), seconds + 3)
    return [posting.stream(RATE, seconds), *(other.heard() for other in others)]


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

    The model is named: a new database has none, and the worker would train one while it is measured here, on the cores
    of both webs, and say so by a fact that counts as one of ours.
    """
    model = next((template / "models").glob("*/model.joblib"))
    named = {"MODEL_PATH": str(model), "MODEL_SHA256": hashlib.sha256(model.read_bytes()).hexdigest()}
    topology = Topology(folder, template, database_url, {**ROOM, **LONG_LEASE, **named, "REDIS_URL": redis_url})
    try:
        yield topology.start(webs, 1)
    finally:
        topology.stop()
