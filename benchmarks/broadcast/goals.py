"""What the fan-out is to reach, beside what one run gave: the page's first table, so that no goal is judged by hand."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.broadcast.figures import Figures, ratios
from benchmarks.broadcast.table import Cells, median

Row = tuple[str, str, str]
IDLE_PERCENT = 1.0  # of a core: what comes and goes by itself between two measurements


@dataclass(frozen=True)
class Found:
    """What a run gave. `ours`, `limit` and `reference` are names of servers; the other names are the peers."""

    cells: Cells
    rates: Cells
    alerts: Sequence[Figures]
    webs: Sequence[Figures]
    ours: Sequence[str]
    limit: str
    reference: str

    def times(self, name: str, other: str, count: int, figure: str) -> float | None:
        """How many times the other's figure `name`'s is: the median over the rounds, as both had the same machine."""
        mine, theirs = self.cells.get((name, count), []), self.cells.get((other, count), [])
        found = ratios(mine, theirs, figure)
        return statistics.median(found) if found else None

    def peers(self, count: int) -> list[str]:
        return [name for name, of in self.cells if of == count and name not in (*self.ours, self.limit)]


def table(found: Found, counts: Sequence[int]) -> list[str]:
    """Goal, and what was measured, for each; what was not measured in this run is left out."""
    rows = [
        *(row for count in counts for row in _broadcast(found, count)),
        *_rates(found),
        *_one(
            "an alert to its verdict at the last of 100 clients, beyond two fsyncs", "≤ 4 ms", found, "beyond_fsyncs_ms"
        ),
        *_one("the same, p99 of the whole", "≤ 20 ms", found, "verdict_p99_ms"),
        *_one("durable alerts a second", "≥ 1,000", found, "alerts_per_second", "{:,.0f}"),
        *_memory(found, counts),
        *_idle(found),
        *_webs(found),
    ]
    return ["", "| | goal | measured |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)] if rows else []


def _broadcast(found: Found, count: int) -> Iterable[Row]:
    def each(figure: str, against: str) -> str:
        return _span(found.times(name, against, count, figure) for name in found.ours)

    if not each("last_us", found.limit):
        return
    clients = f"to the last of {count:,} clients"
    yield f"one fact {clients}", "≤ 1.3 times the loop", each("last_us", found.limit)
    for peer in found.peers(count):
        slower = _span(found.times(peer, name, count, "last_us") for name in found.ours)
        yield f"{peer} {clients}", "≥ 1.5 times ours", slower
    yield f"the p99 over all {count:,}", "≤ 2 times the loop's", each("p99_us", found.limit)


def _rates(found: Found) -> Iterable[Row]:
    def highest(name: str) -> float | None:
        (cells,) = [cells for (server, _), cells in found.rates.items() if server == name] or [[]]
        return median(cells, "events_per_second")

    reference = highest(found.reference)
    if reference:
        ours = [rate / reference for name in found.ours if (rate := highest(name))]
        yield "the highest rate", f"≥ 1.5 times {found.reference}'s", _span(ours)


def _memory(found: Found, counts: Sequence[int]) -> Iterable[Row]:
    figures = [median(found.cells.get((name, max(counts)), []), "kb_per_client") for name in found.ours]
    if _span(figures):
        yield "memory a client", "≤ 45 KB", _span(figures, "{:.0f} KB")


def _idle(found: Found) -> Iterable[Row]:
    with_them, alone = median(found.alerts, "idle_cpu_percent"), median(found.alerts, "alone_cpu_percent")
    if with_them is not None and alone is not None:
        yield "what 5,000 idle clients add", f"≤ {IDLE_PERCENT:.0f} % of a core", f"{with_them - alone:.1f} %"


def _webs(found: Found) -> Iterable[Row]:
    for name, carrier in (("Postgres", "notify"), ("Redis", "redis")):
        two = [figures[f"{carrier}_2_ms"] / figures[f"{carrier}_1_ms"] for figures in found.webs]
        if two:
            yield f"two webs, told by {name}", "≤ 0.6 times one's time", _trials(two, "{:.2f}")


def _one(name: str, goal: str, found: Found, figure: str, form: str = "{:.1f} ms") -> Iterable[Row]:
    values = [figures[figure] for figures in found.alerts if figure in figures]
    if values:
        yield name, goal, _trials(values, form)


def _trials(values: Sequence[float], form: str) -> str:
    """The median, and all of them where there are several."""
    middle, each = form.format(statistics.median(values)), ", ".join(form.format(value) for value in sorted(values))
    return middle if len(values) == 1 else f"{middle} ({each})"


def _span(values: Iterable[float | None], form: str = "{:.2f}") -> str:
    """Of our three ways the best and the worst."""
    known = sorted(value for value in values if value is not None)
    said = list(dict.fromkeys(form.format(value) for value in (*known[:1], *known[-1:])))
    return " to ".join(said)
