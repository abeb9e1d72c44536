"""How many facts there were when, so that a chart of the journal costs a bounded query and moves no facts.

Runs in a native thread, like the rest of reading.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from events.clock import parse_rfc3339, rfc3339
from events.reading import Readers
from events.searching import EventFilter, search

MOST_COUNTED = 50_000  # facts a chart looks back over; what lies before is not counted, and said to be so
MOST_STEPS = 400
MOST_MATCHED = 1_000  # of a text search
# A step is a prefix of an RFC 3339 time: the one grouping that SQLite and Postgres do alike. (characters, seconds)
STEPS = ((19, 1), (18, 10), (16, 60), (15, 600), (13, 3_600), (10, 86_400))
_FILL = "0000-01-01T00:00:00"
_AFTER_ALL = "9999-12-31T23:59:59.999Z"


@dataclass(frozen=True, slots=True)
class Timeline:
    """`counts[step's begin][level]`; `counted_from`: what lies before it was not looked at. None: all was."""

    since: datetime
    until: datetime
    step_s: int
    counts: dict[str, dict[str, int]]
    counted_from: datetime | None


def seq_at(readers: Readers, at: datetime) -> int:
    """The first seq told at `at` or later, head + 1 when none was: by halving, since time rises with seq."""
    bounds = readers.rows("SELECT MIN(seq) AS low, MAX(seq) AS high FROM journal", {})[0]
    if bounds["low"] is None:
        return 1
    low, high, wanted = int(bounds["low"]), int(bounds["high"]) + 1, rfc3339(at)
    while low < high:
        middle = (low + high) // 2
        if _told(readers, middle) < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def timeline(readers: Readers, epoch: str, wanted: EventFilter, since: datetime | None, until: datetime) -> Timeline:
    """The facts of [since, until) that the filter lets through, by step and level. Raises BadQuery.

    Without `since` it begins with the oldest fact that is counted.
    """
    high = seq_at(readers, until)
    low = 1 if since is None else seq_at(readers, since)
    first = max(low, high - MOST_COUNTED)
    begin = since or (parse_rfc3339(_told(readers, first)) if first < high else until)
    characters, step = next(((c, s) for c, s in STEPS if (until - begin).total_seconds() / s <= MOST_STEPS), STEPS[-1])
    counted_from = parse_rfc3339(_told(readers, first)) if first > low else None
    if wanted.q or wanted.regex or wanted.kinds is not None:
        found = search(
            readers, epoch, replace(wanted, after=first - 1, before=high, limit=MOST_MATCHED, newest_first=True)
        )
        counted = Counter((fact.timestamp[:characters], fact.level) for fact in found.items)
        if found.next is not None:
            counted_from = parse_rfc3339(_told(readers, found.next))
    else:
        counted = _counted(readers, wanted, first, high, characters)
    counts: dict[str, dict[str, int]] = {}
    for (prefix, level), number in sorted(counted.items()):
        counts.setdefault(_begin(prefix, step), {})[level] = number
    return Timeline(begin, until, step, counts, counted_from)


def _counted(readers: Readers, wanted: EventFilter, low: int, high: int, characters: int) -> Counter[tuple[str, str]]:
    params: dict[str, Any] = {"low": low, "high": high}
    parts = ["seq >= :low", "seq < :high"]
    for column, values in (("type", wanted.types), ("symbol", wanted.symbols), ("level", wanted.levels)):
        if values is not None:
            names = {f"{column}_{n}": value for n, value in enumerate(values)}
            parts.append(f"{column} IN ({', '.join(f':{name}' for name in names)})" if names else "1 = 0")
            params |= names
    if wanted.source is not None:
        parts.append("source = :source")
        params["source"] = wanted.source
    sql = (
        f"SELECT substr(timestamp, 1, {characters}) AS step, level, COUNT(*) AS n FROM journal "  # noqa: S608 - names ours
        f"WHERE {' AND '.join(parts)} GROUP BY 1, 2"
    )
    return Counter({(row["step"], row["level"]): int(row["n"]) for row in readers.rows(sql, params)})


def _told(readers: Readers, seq: int) -> str:
    """When the fact of this seq was told; that of the next where it is gone."""
    found = readers.rows("SELECT timestamp FROM journal WHERE seq >= :seq ORDER BY seq LIMIT 1", {"seq": seq})
    return str(found[0]["timestamp"]) if found else _AFTER_ALL


def _begin(prefix: str, step: int) -> str:
    """`2026-01-07T14:3` is the ten minutes from 14:30."""
    return f"{prefix}{_FILL[len(prefix) :]}Z"
