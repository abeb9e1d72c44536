"""From what the generator saw to figures: each in microseconds or as named, one dict a server and number of clients."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Sequence

from benchmarks.broadcast import machine
from benchmarks.broadcast.generator import Generator, Post, Run, Seen
from benchmarks.broadcast.servers import Running

HANDED = re.compile(rb'"t":\s*(\d+)')
OUR_ID = re.compile(rb'"id":"bench-0*(\d+)"')
SEQ = re.compile(rb'"seq":\s*(\d+)')
P99_MS = 50.0
TRIAL_SECONDS, TRIALS = 1.5, 6
Figures = dict[str, float]
# In which round it was: only servers that had the same one are compared.
TURN = "turn"


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ratios(found: Sequence[Figures], against: Sequence[Figures], name: str) -> list[float]:
    """One figure as a multiple of another server's in the same round."""
    theirs = {one[TURN]: one[name] for one in against}
    return [one[name] / theirs[one[TURN]] for one in found if one[TURN] in theirs]


def broadcast(running: Running, generator: Generator, events: int) -> Figures:
    """One event after the other: from the POST, and from the moment the server turned to the event, to the clients."""
    generator.one_by_one(10)
    pids = running.pids
    used, began = machine.cpu_seconds(pids), time.monotonic()
    run = generator.one_by_one(events)
    used, took = machine.cpu_seconds(pids) - used, time.monotonic() - began
    handed = _handed(running, run)
    clients = len(run.events[0].arrivals)
    last, median, every, posted = [], [], [], []
    for event, post in _own(running, run):
        at = handed.get(seq_of(event.payload))
        if at is None or not all(event.arrivals):
            continue
        since = sorted((arrival - at) / 1000 for arrival in event.arrivals)
        last.append(since[-1])
        median.append(since[len(since) // 2])
        every += since
        posted.append((max(event.arrivals) - post.sent) / 1000)
    if len(last) != events:
        raise RuntimeError(f"only {len(last)} of {events} events reached everybody")
    return {
        "last_us": statistics.median(last),
        "median_us": statistics.median(median),
        "p99_us": quantile(every, 0.99),
        "posted_us": statistics.median(posted),
        "cpu_us_per_message": used * 1e6 / (events * clients),
        "seconds": took,
    }


def _own(running: Running, run: Run) -> list[tuple[Seen, Post]]:
    """Each event with the POST that brought it."""
    numbered = {_number(running, event.payload): event for event in run.events}
    numbered.pop(-1, None)
    first = min(numbered, default=0)
    return [(numbered[first + n], post) for n, post in enumerate(run.posts) if first + n in numbered]


def _number(running: Running, payload: bytes) -> int:
    if not running.server.ours:
        return seq_of(payload)
    found = OUR_ID.search(payload, 0, 300)
    return int(found[1]) if found else -1


def seq_of(payload: bytes) -> int:
    """The event's own `seq`; -1 when there is none."""
    found = SEQ.search(payload, 0, 200)
    return int(found[1]) if found else -1


def _handed(running: Running, run: Run) -> dict[int, int]:
    """When the server turned to each event, by seq: peers say so in the event, ours in `/ws/stats`."""
    said = {seq_of(event.payload): HANDED.search(event.payload, 0, 200) for event in run.events}
    return running.handed() or {seq: int(at[1]) for seq, at in said.items() if at}


def sustained(running: Running, generator: Generator, guess: float) -> Figures:
    """The highest rate at which the p99 from each event's due time to each client stays under 50 ms."""
    good, bad, rate, p99 = 0.0, 0.0, guess, 0.0
    for _ in range(TRIALS):
        delay = _trial(running, generator, rate)
        if P99_MS <= delay < 4 * P99_MS:  # one hiccup of the machine is not the server's limit
            generator.pause(0.3)
            delay = min(delay, _trial(running, generator, rate))
        if delay < P99_MS:
            good, p99 = rate, delay
        else:
            bad = rate
            generator.pause(0.5)
        if good and bad and bad / good < 1.06:
            break
        rate = (good * bad) ** 0.5 if good and bad else good * 1.4 if good else bad / 1.6
    return {"events_per_second": good, "sustained_p99_ms": p99}


def _trial(running: Running, generator: Generator, rate: float) -> float:
    """The p99 in ms; infinity when something was not delivered in time."""
    run = generator.stream(rate, TRIAL_SECONDS)
    own = _own(running, run)
    delays = [
        (arrival - post.due) / 1e6 if arrival else float("inf") for event, post in own for arrival in event.arrivals
    ]
    late = len(own) < int(rate * TRIAL_SECONDS) - 1
    return float("inf") if late or run.dropped or not delays else quantile(delays, 0.99)
