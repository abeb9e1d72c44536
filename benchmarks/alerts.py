"""How fast an alert becomes a verdict on the last of 100 screens, and whether a stream of them stays that fast.

python -m benchmarks.alerts [--engine eventlet|gevent] [--clients 100] [--kind socketio|ws] [--check]

One run measures everything, the disk's own fsync included; run it on a quiet machine. With --check a missed floor ends
with exit code 1.
"""

import argparse
import http.client
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.fleet import Fleet
from tests.support.alerts import entry
from tests.support.server import API_TOKEN, WEBHOOK_TOKEN, DeskServer

FSYNCS = 200
PROBES, PROBE_EVERY_S = 200, 0.05
WARM_UP_S = 5.0
SENDERS = 8

MEDIAN_BEYOND_MS, P99_MS = 10.0, 40.0
ANSWERS_P99_MS = 50.0
IDLE_MB = 250.0
GROWTH_MB = 16.0  # "flat": less than a tenth of a megabyte for each hundred alerts after warm-up


@dataclass
class Row:
    """One line of the table; `floor` is the most that the figure may be."""

    what: str
    value: float
    unit: str
    floor: float | None = None

    @property
    def missed(self) -> bool:
        return self.floor is not None and self.value > self.floor

    def __str__(self) -> str:
        floor = "" if self.floor is None else f"≤ {self.floor:g}  {'MISSED' if self.missed else 'ok'}"
        return f"{self.what:<58}{self.value:>10,.2f} {self.unit:<6}{floor}"


@dataclass
class Stream:
    """A steady stream of alerts: how each was answered and how long that took."""

    ids: list[str] = field(default_factory=list)
    answers_s: list[float] = field(default_factory=list)
    sent: int = 0
    refused: int = 0
    seconds: float = 0.0


def fsyncs(folder: Path) -> list[float]:
    """Seconds of single 4 KB appends with fsync on the disk that the server uses."""
    took: list[float] = []
    block = b"x" * 4096
    with (folder / "fsync.probe").open("wb", buffering=0) as file:
        for _ in range(FSYNCS):
            began = time.perf_counter()
            file.write(block)
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    (folder / "fsync.probe").unlink()
    return took


class Sender:
    """One kept-alive connection, as TradingView's."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def post(self, body: str) -> tuple[int, str]:
        """Status and signal id of one alert."""
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Go-http-client/1.1"}
        self._connection.request("POST", f"/webhook/{WEBHOOK_TOKEN}", body.encode(), headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        found = text.partition('"signal_id":')[2].strip(' "').partition('"')[0]
        return answer.status, found


def probes(port: int, fleet: Fleet, first: int) -> list[float]:
    """Seconds from the POST of one alert to its verdict at the last client, one alert at a time."""
    sender, took = Sender(port), []
    for n in range(first, first + PROBES):
        body = entry(n)
        began = time.monotonic_ns()
        status, signal = sender.post(body)
        assert status == 200, f"an alert was answered {status}"
        took.append((fleet.wait_for(signal) - began) / 1e9)
        time.sleep(PROBE_EVERY_S)
    return took


def stream(port: int, first: int, per_second: float, seconds: float) -> Stream:
    """`per_second` alerts a second from several senders, each sent at its own time whatever became of those before."""
    made, lock = Stream(), threading.Lock()
    total = int(per_second * seconds)
    numbers: Iterator[int] = iter(range(total))
    began = time.monotonic()

    def send() -> None:
        sender = Sender(port)
        while True:
            with lock:
                n = next(numbers, None)
            if n is None:
                return
            time.sleep(max(0.0, began + n / per_second - time.monotonic()))
            body = entry(first + n)
            at = time.perf_counter()
            status, signal = sender.post(body)
            with lock:
                made.sent += 1
                made.answers_s.append(time.perf_counter() - at)
                if status == 200:
                    made.ids.append(signal)
                else:
                    made.refused += 1

    threads = [threading.Thread(target=send) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made.seconds = time.monotonic() - began
    return made


def lost(fleet: Fleet, ids: Sequence[str], seconds: float = 15.0) -> int:
    """How many accepted alerts never showed their verdict on every client."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and any(one not in fleet.at_last for one in ids):
        time.sleep(0.05)
    return sum(one not in fleet.at_last for one in ids)


def measure(asked: argparse.Namespace) -> list[Row]:
    """All figures, in the order of the table."""
    with running(asked.engine, asked.data_dir) as server:
        time.sleep(3.0)
        idle = server.rss_mb()
        disk = fsyncs(server.data_dir)
        fsync, fsync_p99 = 1000 * statistics.median(disk), 1000 * quantile(disk, 0.99)
        fleet = Fleet(server.port, API_TOKEN, asked.clients, asked.kind)
        stream(server.port, 0, 20, 1)  # first use: imports, caches, the model's first score
        one_by_one = [1000 * s for s in probes(server.port, fleet, 1_000)]
        warm = stream(server.port, 10_000, asked.rate, WARM_UP_S)
        before = server.rss_mb()
        steady = stream(server.port, 100_000, asked.rate, asked.seconds)
        missing = lost(fleet, [*warm.ids, *steady.ids]) + steady.refused + warm.refused
        after = server.rss_mb()
        counted = fleet.end()
        server.stop()
    median, p99 = statistics.median(one_by_one), quantile(one_by_one, 0.99)
    answers = [1000 * s for s in steady.answers_s]
    many = f"{asked.clients} clients"
    return [
        Row("one fsync of this disk, median", fsync, "ms"),
        Row("one fsync of this disk, p99", fsync_p99, "ms"),
        Row(f"alert POST to verdict at the last of {many}, median", median, "ms"),
        Row("  beyond two fsyncs, median", median - 2 * fsync, "ms", MEDIAN_BEYOND_MS),
        Row("  p99", p99, "ms"),
        Row("  p99 beyond two fsyncs", p99 - 2 * fsync, "ms", P99_MS),
        Row(
            f"{asked.rate:g} alerts/s for {asked.seconds:g} s, {many}: sent a second",
            steady.sent / steady.seconds,
            "/s",
        ),
        Row("  lost (not answered 200, or not on every client)", missing, "", 0),
        Row("  answers, p50", statistics.median(answers), "ms"),
        Row("  answers, p99", quantile(answers, 0.99), "ms", ANSWERS_P99_MS),
        Row("  clients dropped", counted.get("dropped", asked.clients), "", 0),
        Row("memory idle", idle, "MB", IDLE_MB),
        Row("memory after warm-up", before, "MB"),
        Row("memory at the end", after, "MB"),
        Row("  growth", after - before, "MB", GROWTH_MB),
    ]


@contextmanager
def running(engine: str, data_dir: Path | None) -> Iterator[DeskServer]:
    """A real server with its starter model, on a private folder that goes afterwards."""
    with tempfile.TemporaryDirectory(dir=data_dir) as folder:
        server = DeskServer(Path(folder) / "data", {"ASYNC_MODE": engine})
        with server:
            deadline = time.monotonic() + 60
            while server.get("/api/state")["model"]["status"] == "training" and time.monotonic() < deadline:
                time.sleep(0.2)
            yield server


def quantile(values: Sequence[float], q: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.alerts", description=__doc__)
    parser.add_argument("--engine", choices=("eventlet", "gevent"), default="eventlet")
    parser.add_argument("--kind", choices=("socketio", "ws"), default="socketio")
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--rate", type=float, default=100.0, help="alerts a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--data-dir", type=Path, help="a folder on the disk to use; default: the temporary one")
    parser.add_argument("--check", action="store_true", help="exit 1 when a floor is missed")
    asked = parser.parse_args()
    rows = measure(asked)
    print(f"{asked.engine}, {asked.clients} {asked.kind} clients")
    for row in rows:
        print(row)
    return 1 if asked.check and any(row.missed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
