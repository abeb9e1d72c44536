"""What was known of a source and symbol before an alert: its spacing, its run of sides, how its trades went."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from events.clock import parse_rfc3339
from events.journal import Journal
from ml.features import History
from signals.row import Row, is_test

_KEPT = 200
_LOAD = """
SELECT id, seq, row FROM signals
WHERE symbol = :symbol AND source = :source AND kind = 'entry' AND test = 0 AND seq < :before AND seq >= :since
ORDER BY seq DESC LIMIT :kept
"""
_LOOK_BACK = 20_000  # facts: as far as the past is read after a start, so that the read stays short


@dataclass(slots=True)
class _Known:
    seq: int
    at: int  # Unix time in milliseconds: compared two hundred times an alert
    side: str | None
    outcome_r: float | None


class _Series:
    """The newest entries of one source and symbol, the oldest first; counted as they come, not when they are asked."""

    def __init__(self, entries: Iterable[_Known] = ()) -> None:
        self.entries: deque[_Known] = deque()
        self._times: list[int] = []  # in order, which entries need not be: their clock may be set back
        self._run = 0  # of the newest side, also when some of it is no longer kept
        self._hit_rate: float | None = None
        self._closed_since = False  # the rate was found
        for entry in entries:
            self.add(entry)

    def add(self, entry: _Known) -> None:
        """Its newest."""
        self._run = self._run + 1 if self.entries and self.entries[-1].side == entry.side else 1
        if len(self.entries) == _KEPT:
            gone = self.entries.popleft()
            del self._times[bisect_left(self._times, gone.at)]
            self._closed_since |= gone.outcome_r is not None
        self.entries.append(entry)
        insort(self._times, entry.at)
        self._closed_since |= entry.outcome_r is not None

    def close(self, entry: _Known, outcome_r: float | None) -> None:
        """What became of one of them, as far as it is told."""
        self._closed_since |= entry.outcome_r != outcome_r
        entry.outcome_r = outcome_r

    def hit_rate(self) -> float | None:
        """The share of winners among the last twenty that are closed; None while none is."""
        if self._closed_since:
            closed = [entry.outcome_r for entry in self.entries if entry.outcome_r is not None][-20:]
            self._hit_rate = sum(outcome > 0 for outcome in closed) / len(closed) if closed else None
            self._closed_since = False
        return self._hit_rate

    def since(self, at: int) -> int:
        """How many came then or later."""
        return len(self._times) - bisect_left(self._times, at)

    def run(self, side: str | None) -> int:
        """How many of the newest are of this side."""
        return min(self._run, len(self.entries)) if self.entries and self.entries[-1].side == side else 0


class Past:
    """The newest entries of each source and symbol, read when first asked for and then kept up by the pipeline."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._series: dict[tuple[str, str | None], _Series] = {}

    def forget(self) -> None:
        """Reads everything anew when it is next asked for."""
        self._series.clear()

    def before(self, row: Row) -> History:
        """What was known when this entry arrived; the entry itself does not count, also on a second try."""
        seq = row["seq"] if row["seq"] is not None else self._journal.head + 1
        at = _at(row)
        series = self._of(row, seq)
        if series.entries and series.entries[-1].seq >= seq:
            series = _Series(entry for entry in series.entries if entry.seq < seq)
        known = series.entries
        return History(
            seconds_since_last=(at - known[-1].at) / 1000 if known else None,
            alerts_last_hour=series.since(at - 3_600_000),
            recent_hit_rate=series.hit_rate(),
            same_side_run=series.run(row["side"]),
        )

    def observe(self, row: Row) -> None:
        """An entry as it stands now; telling it twice counts once."""
        if row["kind"] != "entry" or row["seq"] is None or is_test(row):
            return
        series = self._of(row, row["seq"])
        entries = series.entries
        for entry in reversed(entries):
            if entry.seq == row["seq"]:
                series.close(entry, row["outcome_r"])
                return
            if entry.seq < row["seq"]:
                break
        if not entries or entries[-1].seq < row["seq"]:
            series.add(_known(row))

    def _of(self, row: Row, before: int) -> _Series:
        key = (row["source"], row["symbol"])
        if key not in self._series:
            where = {"source": row["source"], "symbol": row["symbol"], "before": before, "kept": _KEPT}
            where["since"] = max(0, before - _LOOK_BACK)
            found = self._journal.query(_LOAD, where) if row["symbol"] else []
            rows = ({**orjson.loads(one["row"]), "seq": one["seq"]} for one in reversed(found))
            self._series[key] = _Series(_known(one) for one in rows)
        return self._series[key]


def _known(row: Row) -> _Known:
    return _Known(row["seq"], _at(row), row["side"], row["outcome_r"])


def _at(row: Row) -> int:
    return round(parse_rfc3339(row["received_at"]).timestamp() * 1000)
