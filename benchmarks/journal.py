"""How many appends a second the journal takes, beside what the disk and plain sqlite3 allow in the same run.

`python -m benchmarks.journal [FOLDER]`: one and fifty callers under eventlet; plain sqlite3 in one native thread, a
commit for one row and for fifty, given the same facts; one fsync. All take turns in the same run, so that a busy
machine slows all alike; figures are medians. Then the time of one page of history, at 10,000 and at a million events.
"""

import runtime

runtime.patch("eventlet")

import os  # noqa: E402
import sqlite3  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402

from events.envelope import Fact  # noqa: E402
from events.journal import Entry, EventFilter, Journal, Unit, open_journal  # noqa: E402
from events.rows import INSERT, to_row  # noqa: E402

ROUNDS = 15
CALLERS = 50
APPENDS_EACH = 20
SINGLE = 150
TARGET = 0.4
FEW, MANY = 10_000, 1_000_000
PAGE = 100
PAGE_ROUNDS = 31
engine = runtime.make("eventlet")


def fact(number: int) -> Fact:
    data = {"event_type": "info", "number": number, "text": "x" * 300}
    return Fact("event", data, f"event {number}", "benchmark", symbol="NQ1!")


def facts(count: int) -> list[Fact]:
    return [fact(number) for number in range(count)]


def timed(work: Callable[[list[Fact]], float], count: int) -> float:
    """Facts a second. They are made beforehand: making them is the caller's part, on either side."""
    made = facts(count)
    return count / work(made)


def fsyncs(path: str, count: int) -> float:
    """Seconds for `count` small writes, each synced."""
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    began = time.perf_counter()
    for _ in range(count):
        os.pwrite(handle, b"x" * 600, 0)
        os.fsync(handle)
    took = time.perf_counter() - began
    os.close(handle)
    return took


class Plain:
    """The same rows into the same schema by sqlite3 alone: WAL, synchronous=FULL, one native thread."""

    def __init__(self, path: Path) -> None:
        self._raw = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._raw.execute("PRAGMA journal_mode=WAL")
        self._raw.execute("PRAGMA synchronous=FULL")
        self._seq = 0

    def store(self, made: list[Fact], together: int) -> float:
        """Seconds for a commit every `together` facts."""
        began = time.perf_counter()
        for start in range(0, len(made), together):
            self._raw.execute("BEGIN IMMEDIATE")
            for one in made[start : start + together]:
                self._seq += 1
                self._raw.execute(INSERT, {**to_row(one), "seq": self._seq})
            self._raw.execute("COMMIT")
        return time.perf_counter() - began


def append_alone(journal: Journal, made: list[Fact]) -> float:
    began = time.perf_counter()
    for one in made:
        journal.append(Unit([Entry(one)]), timeout=20.0)
    return time.perf_counter() - began


def append_together(journal: Journal, made: list[Fact]) -> float:
    began = time.perf_counter()
    tasks = [engine.spawn(append_alone, journal, made[number::CALLERS]) for number in range(CALLERS)]
    for task in tasks:
        task.join()
    return time.perf_counter() - began


def rates(folder: Path) -> dict[str, float]:
    """Medians, each a second."""
    journal = open_journal(f"sqlite:///{folder / 'journal.db'}", engine)
    open_journal(f"sqlite:///{folder / 'plain.db'}", engine).close()  # the same schema, with its indexes
    plain = Plain(folder / "plain.db")
    bunch = CALLERS * APPENDS_EACH
    turns: dict[str, Callable[[], float]] = {
        "one fsync": lambda: SINGLE / engine.call_blocking(fsyncs, str(folder / "synced"), SINGLE),
        "plain, 1 row a commit": lambda: timed(lambda made: engine.call_blocking(plain.store, made, 1), SINGLE),
        "journal, 1 caller": lambda: timed(lambda made: append_alone(journal, made), SINGLE),
        f"plain, {CALLERS} rows a commit": lambda: timed(
            lambda made: engine.call_blocking(plain.store, made, CALLERS), bunch
        ),
        f"journal, {CALLERS} callers": lambda: timed(lambda made: append_together(journal, made), bunch),
    }
    for turn in turns.values():
        turn()  # the first time pays for files, caches and imports
    found: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(ROUNDS):
        for name, turn in turns.items():
            found[name].append(turn())
    journal.close()
    return {name: median(values) for name, values in found.items()}


def fill(path: Path, begin: int, end: int) -> None:
    """Rows written past the journal, because a million appends are not what is measured."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("BEGIN")
    raw.executemany(INSERT, numbered(begin, end))
    raw.execute("UPDATE journal_head SET seq = ?", [end])
    raw.execute("COMMIT")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def numbered(begin: int, end: int) -> Iterator[dict[str, object]]:
    types = ("event", "signal_update", "alert", "error")
    pattern = to_row(fact(0))
    for seq in range(begin + 1, end + 1):
        yield {**pattern, "seq": seq, "id": f"{seq:036d}", "type": types[seq % 4]}


def page_times(url: str, head: int) -> dict[str, float]:
    """Milliseconds for a page of history far from memory, plain and filtered (medians)."""
    journal = open_journal(url, engine)
    middle = head // 2
    looks: dict[str, Callable[[], object]] = {
        "page after a seq": lambda: journal.after(middle, PAGE),
        "newest of two types": lambda: journal.search(
            EventFilter(before=middle, types=["alert", "error"], limit=PAGE, newest_first=True)
        ),
        "of one symbol": lambda: journal.search(EventFilter(after=middle, symbols=["NQ1!"], limit=PAGE)),
    }
    found = {}
    for name, look in looks.items():
        times = []
        for _ in range(PAGE_ROUNDS):
            began = time.perf_counter()
            look()
            times.append((time.perf_counter() - began) * 1000)
        found[name] = median(times)
    journal.close()
    return found


def main() -> int:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        folder = Path(name)
        found = rates(folder)
        for what, rate in found.items():
            print(f"{what:28} {rate:10,.0f} /s")
        alone = found["journal, 1 caller"] / found["plain, 1 row a commit"]
        many = found[f"journal, {CALLERS} callers"] / found[f"plain, {CALLERS} rows a commit"]
        print(f"ratio to plain, 1 caller     {alone:10.2f}    (target {TARGET})")
        print(f"ratio to plain, {CALLERS} callers   {many:10.2f}    (target {TARGET})")
        url = f"sqlite:///{folder / 'history.db'}"
        open_journal(url, engine).close()
        fill(folder / "history.db", 0, FEW)
        few = page_times(url, FEW)
        fill(folder / "history.db", FEW, MANY)
        big = page_times(url, MANY)
        for what, took in big.items():
            print(f"{what:28} {took:10.2f} ms at {MANY:,} events, {few[what]:.2f} ms at {FEW:,}")
    return 0 if min(alone, many) >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
