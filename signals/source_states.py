"""How a source was over a past time, from the journal: live, silent, closed, and unknown where nobody can know.

Unknown is never stretched over: not while this desk was down, not before the source's rhythm was learned, not in times
whose facts are archived.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson

from events.clock import parse_rfc3339, rfc3339
from events.journal import Journal
from signals.cadence import LEARNING_BELOW
from signals.trouble import gaps
from trading.calendar import is_open, never_closes, sessions
from trading.contracts import Calendar

MOST_SILENCES = 1000
MOST_WATCHES = 5000
HEARD_AT_FIRST = 2000  # alerts; a source that has no rhythm by then has so many symbols that none is learned
_WATCHES = "SELECT since, until FROM watches WHERE until >= :first AND since <= :last ORDER BY since LIMIT :limit"
# The rows of single series: the others are the source as a whole, and the detector's own position.
_SERIES = "SELECT state FROM source_health WHERE source = :source AND source <> '' AND symbol <> '*'"
_OLDEST = "SELECT timestamp FROM journal ORDER BY seq LIMIT 1"
_HEARD = """
SELECT symbol, interval, received_at FROM signals
WHERE source = :source AND test = 0 AND row NOT LIKE :backfilled ORDER BY seq LIMIT :limit
"""


class Spans:
    """Times from a begin up to an end, without it; those that touch are one, so that a look is quick."""

    def __init__(self, spans: Iterable[tuple[datetime, datetime]]) -> None:
        self.begins: list[datetime] = []
        self.ends: list[datetime] = []
        for begin, end in sorted(spans):
            if self.ends and begin <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            elif begin < end:
                self.begins.append(begin)
                self.ends.append(end)

    def hold(self, at: datetime) -> bool:
        place = bisect_right(self.begins, at) - 1
        return place >= 0 and at < self.ends[place]


@dataclass(frozen=True, slots=True)
class Known:
    """What the facts say of one source: when somebody watched, when it was silent, from when its rhythm was known."""

    watched: Spans
    silent: Spans
    calendars: frozenset[Calendar]
    heard_from: datetime | None
    learned_from: datetime | None

    def at(self, at: datetime) -> tuple[str, str | None]:
        """State and, where it is unknown, why."""
        if not self.watched.hold(at):
            return "unknown", "not_watched"
        if self.heard_from is None or at < self.heard_from:
            return "unknown", "never_heard"
        if self.learned_from is None or at < self.learned_from:
            return "unknown", "learning"
        if self.calendars and not any(is_open(calendar, at) for calendar in self.calendars):
            return "closed", None
        return ("silent" if self.silent.hold(at) else "live"), None


def segments(known: Known, first: datetime, last: datetime) -> list[dict[str, Any]]:
    """`[{from, to, state, reason}]` without a hole from `first` to `last`; pure."""
    edges = {first, last}
    for spans in (known.watched, known.silent):
        edges.update(spans.begins, spans.ends)
    for calendar in known.calendars:
        if not never_closes(calendar):
            for session in sessions(calendar, first, last):
                edges |= {session.open, session.close}
    edges |= {at for at in (known.heard_from, known.learned_from) if at is not None}
    found: list[dict[str, Any]] = []
    for begin, end in pairwise(sorted(at for at in edges if first <= at <= last)):
        state, reason = known.at(begin + (end - begin) / 2)
        if found and (found[-1]["state"], found[-1]["reason"]) == (state, reason):
            found[-1]["to"] = rfc3339(end)
        else:
            found.append({"from": rfc3339(begin), "to": rfc3339(end), "state": state, "reason": reason})
    return found


def read(
    journal: Journal,
    source: str,
    first: datetime,
    last: datetime,
    now: datetime,
    *,
    expected: bool,
    saved_every_s: float,
) -> list[dict[str, Any]]:
    """The segments of one source; `expected` when its owner set a cadence, so that none need be learned.

    `saved_every_s`: how often it is written that somebody watches; a watch written lately goes on until now.
    """
    heard, learned = _heard(journal, source)
    silent = _silent(journal, source, now)
    if silent.begins and (learned is None or silent.begins[0] < learned):
        learned = silent.begins[0]  # a silence was told, so the rhythm was known
    watched = _watched(journal, first, last, now, timedelta(seconds=1.5 * saved_every_s + 5))
    return segments(
        Known(watched, silent, _calendars(journal, source), heard, heard if expected else learned), first, last
    )


def _watched(journal: Journal, first: datetime, last: datetime, now: datetime, lately: timedelta) -> Spans:
    where = {"first": rfc3339(first - lately), "last": rfc3339(last), "limit": MOST_WATCHES}
    if not (oldest := journal.query(_OLDEST)):
        return Spans(())
    since = parse_rfc3339(oldest[0]["timestamp"])
    found = [(parse_rfc3339(row["since"]), parse_rfc3339(row["until"])) for row in journal.query(_WATCHES, where)]
    return Spans((max(begin, since), now if now - end <= lately else end) for begin, end in found)


def _silent(journal: Journal, source: str, now: datetime) -> Spans:
    found = gaps(journal, source, MOST_SILENCES)["items"]
    return Spans(
        (parse_rfc3339(one["since"]), now if one["until"] is None else parse_rfc3339(one["until"])) for one in found
    )


def _heard(journal: Journal, source: str) -> tuple[datetime | None, datetime | None]:
    """When the first alert came, and when the first of its series had come often enough to have a rhythm."""
    first: datetime | None = None
    times: dict[tuple[str | None, str | None], int] = {}
    for row in journal.query(_HEARD, {"source": source, "backfilled": '%"backfilled":true%', "limit": HEARD_AT_FIRST}):
        at = parse_rfc3339(row["received_at"])
        first = first or at
        key = (row["symbol"], row["interval"])
        times[key] = times.get(key, 0) + 1
        if times[key] > LEARNING_BELOW:
            return first, at
    return first, None


def _calendars(journal: Journal, source: str) -> frozenset[Calendar]:
    """The market hours of what the source spoke of, as the gap detector saved them."""
    found: set[Calendar] = set()
    for row in journal.query(_SERIES, {"source": source}):
        try:
            found.add(orjson.loads(row["state"])["calendar"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            continue  # the detector learns such a series anew, and writes it again
    return frozenset(found)
