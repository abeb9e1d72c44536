"""The tables in docs/performance.md, written between their markers from the figures of one run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from benchmarks.broadcast.figures import TURN, Figures, ratios

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- benchmarks.fanout begins -->", "<!-- benchmarks.fanout ends -->"
HEADS = (
    "to the last, ms",
    "to the median, ms",
    "p99, ms",
    "POST to the last, ms",
    "CPU a message, µs",
    "KB a client",
)
# The name of a server, the number of clients, the figures of each round.
Cells = dict[tuple[str, int], list[Figures]]
STEPS = (
    ("parse", "step_parse_ms"),
    ("commit", "step_commit_ms"),
    ("wait for the pipeline", "step_queue_ms"),
    ("score", "step_score_ms"),
    ("size", "step_size_ms"),
    ("the verdict's commit", "step_second_commit_ms"),
    ("encode, until the first client has it", "step_encode_ms"),
    ("send, from the first to the last", "step_send_ms"),
)


def median(cells: Sequence[Figures], name: str) -> float | None:
    """The median of one figure over the rounds that have it."""
    found = [cell[name] for cell in cells if name in cell]
    return statistics.median(found) if found else None


def medians(cells: Sequence[Figures]) -> Figures:
    names = [name for name in (cells[0] if cells else {}) if name != TURN]
    return {name: statistics.median(cell[name] for cell in cells) for name in names}


def broadcasts(cells: Cells, limit: str) -> list[str]:
    """One table a number of clients; times also as multiples of the bare loop's."""
    lines: list[str] = []
    for count in sorted({count for _, count in cells}):
        lines += ["", f"**{count:,} client{'s' if count > 1 else ''}**", ""]
        lines += ["| | " + " | ".join(HEADS) + " |", "|---" * (len(HEADS) + 1) + "|"]
        bare = cells.get((limit, count), [])
        for name in dict.fromkeys(name for name, _ in cells):
            found = cells.get((name, count))
            if not found:
                continue
            row = [
                _time(found, bare, "last_us"),
                _time(found, bare, "median_us"),
                _time(found, bare, "p99_us"),
                _time(found, [], "posted_us"),
                _plain(found, "cpu_us_per_message", "{:.1f}"),
                _plain(found, "kb_per_client", "{:.0f}") if count >= 100 else "",
            ]
            lines.append(f"| {name} | " + " | ".join(row) + " |")
    return lines


def rates(cells: Cells, count: int) -> list[str]:
    lines = ["", "| | events a second | p99 then, ms |", "|---|---|---|"]
    for name in dict.fromkeys(name for name, _ in cells):
        found = cells.get((name, count), [])
        if median(found, "events_per_second") is not None:
            rate, p99 = _plain(found, "events_per_second", "{:,.0f}"), _plain(found, "sustained_p99_ms", "{:.1f}")
            lines.append(f"| {name} | {rate} | {p99} |")
    return lines


def alerts(found: Sequence[Figures]) -> list[str]:
    """The alert's way, step by step, and the rate of durable alerts."""
    rows = [
        ("one fsync of this disk, median", "fsync_ms", "{:.2f} ms"),
        ("alert posted to its verdict at the last of 100 clients, median", "verdict_ms", "{:.1f} ms"),
        ("the same beyond two fsyncs", "beyond_fsyncs_ms", "{:.1f} ms"),
        ("the same, p99", "verdict_p99_ms", "{:.1f} ms"),
        *((f"of it: {name}", key, "{:.2f} ms") for name, key in STEPS),
        ("durable alerts a second from 8 connections, one client connected", "alerts_per_second", "{:,.0f} /s"),
        ("their answers, p50", "answer_p50_ms", "{:.1f} ms"),
        ("their answers, p99", "answer_p99_ms", "{:.1f} ms"),
        ("CPU of the server with 5,000 idle clients", "idle_cpu_percent", "{:.1f} % of a core"),
        ("CPU of the server with one", "alone_cpu_percent", "{:.1f} % of a core"),
    ]
    return [
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {_plain(found, key, form)} |" for name, key, form in rows if median(found, key) is not None),
    ]


def webs(found: Sequence[Figures], clients: int) -> list[str]:
    """One web and two, which share the clients, by what tells the second of a commit."""
    if not found:
        return []
    rows = []
    for name, carrier in (("Redis", "redis"), ("Postgres (`NOTIFY`)", "notify")):
        one, two, ratio = _one_and_two(found, carrier)
        rows.append(f"| {name} | {one:.1f} | {two:.1f} | {ratio:.2f}× |")
    one, two, ratio = _one_and_two(found, "loop")
    return [
        "",
        f"One fact after the other to {clients:,} clients on Postgres, from its commit's end to the last of them, by",
        "one web and by two that share the clients; the next is posted when the web that takes it has served its own.",
        "Each web has a core, where its clients read while it does nothing; an arrival is when the kernel had it.",
        "Postgres and Redis have the second core, and come before the web there; there is no worker:",
        "",
        "| the second web hears of it by | one web, ms | two, ms | ratio |",
        "|---|---|---|---|",
        *rows,
        "",
        f"To compare: one bare loop of `send` on one core with its clients takes {one:.1f} ms for so many of them, two",
        f"that share them and begin at the same moment {two:.1f} ms: {ratio:.2f}× (the median of the trials' ratios).",
    ]


def _one_and_two(found: Sequence[Figures], of: str) -> tuple[float, float, float]:
    """The medians of one and of two, and that of their ratios."""
    one, two = ([figures[f"{of}_{count}_ms"] for figures in found] for count in (1, 2))
    ratio = statistics.median(second / first for first, second in zip(one, two, strict=True))
    return statistics.median(one), statistics.median(two), ratio


def write(lines: Sequence[str], page: Path = PAGE) -> None:
    """Put `lines` between the page's markers."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}")


def _time(found: Sequence[Figures], bare: Sequence[Figures], name: str) -> str:
    value = median(found, name)
    if value is None:
        return ""
    multiples = ratios(found, bare, name) if found is not bare else []  # in the same round both had the same machine
    return f"{value / 1000:.2f}" + (f" ({statistics.median(multiples):.2f}×)" if multiples else "")


def _plain(found: Sequence[Figures], name: str, form: str) -> str:
    value = median(found, name)
    return "" if value is None else form.format(value)
