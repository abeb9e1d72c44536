"""An alert's way to the last of 100 clients in steps, and how many alerts a second are answered after their commit."""

from __future__ import annotations

import json
import os
import statistics
import time
from pathlib import Path

from benchmarks.broadcast import machine
from benchmarks.broadcast.figures import Figures, quantile
from benchmarks.broadcast.generator import Generator, Seen
from benchmarks.broadcast.servers import Running, event_envelope, post
from tests.support.alerts import entry
from tests.support.server import WEBHOOK_TOKEN

FACTS_OF_ONE = 3  # received, scored, decided
FSYNCS = 200
CONNECTIONS = 8


def request(port: int) -> bytes:
    """One entry as TradingView posts it; its number makes it another each time."""
    body = entry(1, comment="alert number @@@@@@@@@@").encode()
    return post(port, f"/webhook/{WEBHOOK_TOKEN}", body)


def journey(running: Running, generator: Generator, alerts: int) -> Figures:
    """Single alerts: POST to verdict at the last client, and the steps of it that the desk itself times."""
    fsync = fsyncs(running.folder)
    run = generator.one_by_one(alerts, FACTS_OF_ONE)
    decided = {}
    for event in run.events:
        envelope = event_envelope(event.payload)
        if envelope["type"] == "signal_update" and envelope["data"]["verdict"] != "none" and all(event.arrivals):
            decided[envelope["data"]["id"]] = (event, envelope)
    took: list[float] = []
    steps: dict[str, list[float]] = {}
    moments = Moments(running)
    for posted in run.posts:
        event, envelope = decided[json.loads(posted.body)["signal_id"]]
        took.append((max(event.arrivals) - posted.sent) / 1e6)
        for step, value in _steps(envelope, event, moments).items():
            steps.setdefault(step, []).append(value)
    return {
        "fsync_ms": statistics.median(fsync),
        "verdict_ms": statistics.median(took),
        "verdict_p99_ms": quantile(took, 0.99),
        "beyond_fsyncs_ms": statistics.median(took) - 2 * statistics.median(fsync),
        **{step: statistics.median(values) for step, values in steps.items()},
    }


class Moments:
    """When the desk's newest verdicts were committed and told, by seq in monotonic ns, as the desk itself says."""

    def __init__(self, running: Running) -> None:
        self.committing, self.committed, self.told = running.committing(), running.committed(), running.handed()


def _steps(envelope: dict[str, object], event: Seen, moments: Moments) -> dict[str, float]:
    timings = envelope["data"]["timings"]  # type: ignore[index]
    named = {name: float(value) for name, value in timings.items() if isinstance(value, float | int)}
    seq = int(str(envelope["seq"]))
    if seq in moments.committed:
        first, last, told = min(event.arrivals), max(event.arrivals), moments.told[seq]
        named["second_commit_ms"] = (moments.committed[seq] - moments.committing[seq]) / 1e6
        named["encode_ms"], named["send_ms"] = (first - told) / 1e6, (last - first) / 1e6
    return {f"step_{name}": value for name, value in named.items()}


def throughput(generator: Generator, seconds: float) -> Figures:
    """Alerts a second from 8 kept-alive connections, each with its next alert as soon as the one before is answered.

    Raises RuntimeError where one was refused: a refusal is quick, and would count as speed.
    """
    run = generator.stream(10_000, seconds, FACTS_OF_ONE)
    refused = [p.status for p in run.posts if p.status != 200]
    if refused:
        raise RuntimeError(f"{len(refused)} of {len(run.posts)} alerts were refused, the first with {refused[0]}")
    took = (max(p.answered for p in run.posts) - min(p.sent for p in run.posts)) / 1e9
    answers = [(p.answered - p.sent) / 1e6 for p in run.posts]
    return {
        "alerts_per_second": len(run.posts) / took,
        "answer_p50_ms": statistics.median(answers),
        "answer_p99_ms": quantile(answers, 0.99),
    }


def fsyncs(folder: Path) -> list[float]:
    """Milliseconds of single 4 KB appends with fsync on the disk that the server uses."""
    took: list[float] = []
    with (folder / "fsync.probe").open("wb", buffering=0) as file:
        for _ in range(FSYNCS):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return took


def idle_cpu(running: Running, generator: Generator, seconds: float) -> float:
    """The share of one core that the clients cost while nothing happens but pings and heartbeats."""
    used = machine.cpu_seconds(running.pids)
    generator.watch(seconds)
    return (machine.cpu_seconds(running.pids) - used) / seconds
