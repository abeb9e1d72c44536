"""What was known of a source and symbol before an alert: its spacing, its run of sides, how its trades went."""

from collections import deque
from collections.abc import Sequence
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


class Past:
    """The newest entries of each source and symbol, read when first asked for and then kept up by the pipeline."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._entries: dict[tuple[str, str | None], deque[_Known]] = {}

    def forget(self) -> None:
        """Reads everything anew when it is next asked for."""
        self._entries.clear()

    def before(self, row: Row) -> History:
        """What was known when this entry arrived; the entry itself does not count, also on a second try."""
        seq = row["seq"] if row["seq"] is not None else self._journal.head + 1
        at = _at(row)
        known: Sequence[_Known] = self._of(row, seq)
        if known and known[-1].seq >= seq:
            known = [entry for entry in known if entry.seq < seq]
        closed = [entry.outcome_r for entry in known if entry.outcome_r is not None][-20:]
        hour_ago = at - 3_600_000
        run = 0
        for entry in reversed(known):
            if entry.side != row["side"]:
                break
            run += 1
        return History(
            seconds_since_last=(at - known[-1].at) / 1000 if known else None,
            alerts_last_hour=len([entry for entry in known if entry.at >= hour_ago]),
            recent_hit_rate=sum(outcome > 0 for outcome in closed) / len(closed) if closed else None,
            same_side_run=run,
        )

    def observe(self, row: Row) -> None:
        """An entry as it stands now; telling it twice counts once."""
        if row["kind"] != "entry" or row["seq"] is None or is_test(row):
            return
        entries = self._of(row, row["seq"])
        for entry in reversed(entries):
            if entry.seq == row["seq"]:
                entry.outcome_r = row["outcome_r"]
                return
            if entry.seq < row["seq"]:
                break
        if not entries or entries[-1].seq < row["seq"]:
            entries.append(_known(row))

    def _of(self, row: Row, before: int) -> deque[_Known]:
        key = (row["source"], row["symbol"])
        if key not in self._entries:
            where = {"source": row["source"], "symbol": row["symbol"], "before": before, "kept": _KEPT}
            where["since"] = max(0, before - _LOOK_BACK)
            found = self._journal.query(_LOAD, where) if row["symbol"] else []
            rows = ({**orjson.loads(one["row"]), "seq": one["seq"]} for one in reversed(found))
            self._entries[key] = deque((_known(one) for one in rows), maxlen=_KEPT)
        return self._entries[key]


def _known(row: Row) -> _Known:
    return _Known(row["seq"], _at(row), row["side"], row["outcome_r"])


def _at(row: Row) -> int:
    return round(parse_rfc3339(row["received_at"]).timestamp() * 1000)
