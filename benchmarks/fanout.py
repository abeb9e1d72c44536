"""How fast one fact reaches the last of many clients, beside a bare C loop and four peers, on one machine in one run.

python -m benchmarks.fanout [--peers FOLDER] [--quick] [--clients 1,100,1000,5000] [--reps 3] [--write]

FOLDER (or the environment's BENCH_PEERS) holds the peers' servers, already built; without it ours is measured alone.
Every server is pinned to one core and the clients to another; servers take turns within each repetition, and each waits
for a quiet machine. --write puts the tables into docs/performance.md. At most twelve minutes.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.broadcast import alerts, machine, table
from benchmarks.broadcast.figures import Figures, broadcast, sustained
from benchmarks.broadcast.generator import Broken, Generator, compiled
from benchmarks.broadcast.servers import BARE, OURS, Running, Server, event_request, peers, running, train
from tests.support.server import API_TOKEN

LIMIT_SECONDS = 720.0
EVENTS = {1: 100, 100: 150, 1000: 60, 5000: 20}
SUSTAINED_AT, ALERTS_AT = 100, 100
IDLE, PING_ROUND_SECONDS = 5000, 26.0
FIRST_GUESS = {"H-c": 1500.0, "A": 120.0, "E": 300.0}


class Bench:
    """One run. `cells` and `alerts` grow with each repetition."""

    def __init__(self, asked: argparse.Namespace, folder: Path) -> None:
        self.asked, self.began = asked, time.monotonic()
        self.cells: table.Cells = {}
        self.alerts: list[Figures] = []
        self.busy: list[float] = []
        self._program, self._trained = compiled(folder), train(folder)
        self._server_core, self._generator_core = machine.cores()
        self._guess = dict(FIRST_GUESS)

    def fits_another(self, done: int) -> bool:
        """Whether one more repetition ends within the limit, if it takes as long as those before."""
        spent = time.monotonic() - self.began
        return not done or spent * (done + 1) / done <= self.asked.limit

    def turn(self, server: Server) -> None:
        """One server's whole programme, with more and more clients."""
        self.busy.append(machine.wait_until_quiet(self.asked.patience))
        with running(server, self._server_core, self._trained) as found, self._generator(found) as generator:
            before = machine.memory_kb(found.pids)
            for count in self.asked.clients:
                generator.clients(count)
                cell = self.cells.setdefault((server.name, count), [])
                figures = {"kb_per_client": (machine.memory_kb(found.pids) - before) / count}
                generator.prepare(event_request(found), 1)
                figures |= broadcast(found, generator, EVENTS.get(count, 30))
                if count == SUSTAINED_AT and not self.asked.quick:
                    generator.prepare(event_request(found), 32)
                    figures |= sustained(found, generator, self._guess.get(server.tag, 700.0))
                    self._guess[server.tag] = figures["events_per_second"] or self._guess.get(server.tag, 700.0) / 2
                cell.append(figures)
                say(server.name, count, figures)

    def alert_turn(self) -> None:
        """The alerts' figures, of ours alone."""
        self.busy.append(machine.wait_until_quiet(self.asked.patience))
        figures: Figures = {}
        with running(OURS[0], self._server_core, self._trained) as found, self._generator(found) as generator:
            generator.prepare(alerts.request(found.port), alerts.CONNECTIONS)
            generator.clients(1)
            alerts.throughput(generator, 0.5)  # first use: imports, caches, the first score
            figures |= alerts.throughput(generator, 2.0)
            found.desk.wait_processed()  # type: ignore[union-attr]
            generator.prepare(alerts.request(found.port), 1)
            generator.clients(ALERTS_AT)
            figures |= alerts.journey(found, generator, 100)
            if not self.alerts and not self.asked.quick:  # once is enough: it takes a whole round of pings
                generator.clients(IDLE)
                figures["idle_cpu_percent"] = 100 * alerts.idle_cpu(found, generator, PING_ROUND_SECONDS)
        self.alerts.append(figures)
        say("alerts", ALERTS_AT, figures)

    def _generator(self, found: Running) -> Generator:
        return Generator(
            self._program,
            self._generator_core,
            port=found.port,
            post_port=found.post_port,
            mode=found.server.mode,
            path=found.server.path,
            token=API_TOKEN,
        )

    def lines(self) -> list[str]:
        reps = max((len(cells) for cells in self.cells.values()), default=0)
        return [
            f"Measured on {machine.describe()}; medians of {reps} repetitions; the other work on the machine",
            f"before each turn was {100 * max(self.busy):.0f} % of a core at the most. Times run from the moment the",
            "server turns to the event (a peer: its POST's receipt; ours: the commit's end); in brackets the multiple",
            "of the bare loop's.",
            *table.broadcasts(self.cells, BARE),
            *self._rates(),
            "",
            "An alert through the webhook, with the model's score, the size and both commits:",
            *table.alerts(self.alerts),
        ]

    def _rates(self) -> list[str]:
        if self.asked.quick:
            return []
        return [
            "",
            f"The highest rate of single events with {SUSTAINED_AT} clients at which the p99 from each event's due",
            "time to each client stays under 50 ms; ours commits every event before it is sent:",
            *table.rates(self.cells, SUSTAINED_AT),
        ]


def say(name: str, count: int, figures: Figures) -> None:
    shown = "  ".join(f"{key} {value:,.1f}" for key, value in figures.items())
    print(f"{name:<32}{count:>6}  {shown}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fanout", description=__doc__)
    parser.add_argument("--peers", type=Path, default=os.environ.get("BENCH_PEERS"), help="the folder of the peers")
    parser.add_argument("--only", default="", help="tags of the servers, such as desk,H-c; default: all")
    parser.add_argument("--clients", type=lambda text: [int(n) for n in text.split(",")], default=[1, 100, 1000, 5000])
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="up to 1,000 clients, once, without the highest rate")
    parser.add_argument("--patience", type=float, default=20.0, help="seconds to wait for a quiet machine")
    parser.add_argument(
        "--limit", type=float, default=LIMIT_SECONDS, help="seconds; a repetition that would end later is left out"
    )
    parser.add_argument("--data-dir", type=Path, help="a folder on the disk to use; default: the temporary one")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    asked = parser.parse_args()
    if asked.quick:
        asked.reps, asked.clients, asked.patience = 1, [n for n in asked.clients if n <= 1000], 2.0
    if asked.peers is None:
        print("No peers: name their folder with --peers or BENCH_PEERS to compare with them.", file=sys.stderr)
    others = peers(Path(asked.peers)) if asked.peers is not None else ()
    servers = [s for s in (*others, *OURS) if not asked.only or s.tag in asked.only.split(",")]
    machine.allow_files()
    failed = 0
    with tempfile.TemporaryDirectory(dir=asked.data_dir) as folder:
        bench = Bench(asked, Path(folder))
        for rep in range(asked.reps):
            if not bench.fits_another(rep):
                print(f"no time for more than {rep} repetitions: --limit allows more", file=sys.stderr)
                break
            for server in servers if rep % 2 == 0 else servers[::-1]:
                if rep and server in OURS[1:]:  # its variants take one turn, ours itself all
                    continue
                try:
                    bench.turn(server)
                except (Broken, RuntimeError, AssertionError) as error:
                    failed += 1
                    print(f"{server.name}: {error}", file=sys.stderr, flush=True)
            bench.alert_turn()
    lines = bench.lines()
    print("\n".join(lines))
    if asked.write:
        table.write(lines)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
