"""One batch's working set: the rows its facts concern, read once and changed in memory until the one commit.

Two updates of one entry within a batch therefore both count: the second sees what the first did.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import orjson

from events.clock import parse_rfc3339
from events.envelope import Fact
from events.journal import Journal
from signals.lifecycle import LIVE
from signals.row import Row, is_test, row_of

_BY_REF = """
SELECT id, seq, row FROM (
  SELECT id, seq, row, ROW_NUMBER() OVER (PARTITION BY trade_ref, symbol, kind ORDER BY seq DESC) AS age FROM signals
  WHERE source = :source AND trade_ref IN ({refs}) AND (kind = 'entry' OR parent_id IS NULL)
) AS referring WHERE age <= 100
"""
OVERTAKES_S = 600.0  # how much later than its exit an entry may still arrive
_LIVE = """
SELECT id, seq, row FROM signals
WHERE symbol = :symbol AND source = :source AND kind = 'entry' AND status IN ('accepted', 'open') AND seq < :before
ORDER BY seq DESC LIMIT 50
"""


class Work:
    """The rows of one batch, by id; links are found among them and in the tables."""

    def __init__(self, journal: Journal, facts: Sequence[Fact]) -> None:
        self._journal = journal
        self._rows: dict[str, Row] = {}
        self._by_ref: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._alerts: dict[str, dict[str, Any]] = {}
        self._prefetch(facts)

    def begin(self, fact: Fact) -> Row:
        """The row of a `signal_received` fact, as accepted; rows read before are replaced by it."""
        row = row_of(fact.data, fact.seq)
        row["id"] = row["id"] or fact.id
        row["source"] = row["source"] or fact.source
        self._remember(row)
        self._alerts[row["id"]] = fact.data.get("alert") or {}
        return row

    def row(self, id: str) -> Row:
        return self._rows[id]

    def alert(self, id: str) -> dict[str, Any]:
        """What the alert said beyond its row; empty for rows of earlier batches."""
        return self._alerts.get(id, {})

    def keep(self, row: Row) -> None:
        """The row as it stands now, for the facts of this batch that follow."""
        self._rows[row["id"]] = row

    def entry_for(self, row: Row) -> Row | None:
        """The entry that an update or exit belongs to: by its reference, else the newest live one that it may end."""
        if row["trade_ref"] is not None:
            found = self._newest(r for r in self._referring(row) if r["kind"] == "entry" and r["seq"] < row["seq"])
            # A strategy's exit bears its own order's name; that the position is flat says more than the name.
            return found or self._newest(self.ended_by(row))
        closes = self.alert(row["id"]).get("closes")
        ended = self.ended_by(row) or [r for r in self.live_entries(row) if r["trade_ref"] is None]
        return self._newest(r for r in ended if closes in (None, r["side"]))

    def ended_by(self, row: Row) -> list[Row]:
        """Every live entry that an exit ends by saying that its symbol's position is flat; none for other alerts."""
        return self.live_entries(row) if self.alert(row["id"]).get("flat") else []

    def orphans_of(self, entry: Row) -> list[Row]:
        """Updates and exits of this entry that overtook it, oldest first; an old one means an earlier trade."""
        if entry["trade_ref"] is None:
            return []
        since = parse_rfc3339(entry["received_at"]) - timedelta(seconds=OVERTAKES_S)
        early = (
            r
            for r in self._referring(entry)
            if r["kind"] in ("update", "exit") and parse_rfc3339(r["received_at"]) >= since
        )
        return sorted(
            (r for r in early if r["parent_id"] is None and r["seq"] < entry["seq"]), key=lambda r: int(r["seq"])
        )

    def live_entries(self, row: Row) -> list[Row]:
        """Accepted or open entries of the row's source and symbol that came before it; tests only concern tests."""
        if row["symbol"] is None:
            return []
        where = {"symbol": row["symbol"], "source": row["source"], "before": row["seq"]}
        for found in self._journal.query(_LIVE, where):
            self._load(found)
        return [
            r
            for r in self._rows.values()
            if r["kind"] == "entry"
            and r["status"] in LIVE
            and r["symbol"] == row["symbol"]
            and r["source"] == row["source"]
            and r["seq"] < row["seq"]
            and is_test(r) == is_test(row)
            and not _long_before(row, r)
        ]

    def _referring(self, row: Row) -> list[Row]:
        rows = (self._rows[id] for id in self._by_ref.get((row["source"], row["trade_ref"]), ()))
        return [r for r in rows if is_test(r) == is_test(row) and _same_symbol(r, row) and not _long_before(row, r)]

    @staticmethod
    def _newest(rows: Iterable[Row]) -> Row | None:
        return max(rows, key=lambda r: int(r["seq"]), default=None)

    def _prefetch(self, facts: Sequence[Fact]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for fact in facts:
            ref = fact.data.get("trade_ref") if fact.type == "signal_received" else None
            if ref is not None:
                wanted[fact.data.get("source") or fact.source].add(ref)
        for source, refs in wanted.items():
            names = {f"r{n}": ref for n, ref in enumerate(sorted(refs))}
            sql = _BY_REF.format(refs=", ".join(f":{name}" for name in names))
            for found in self._journal.query(sql, {"source": source, **names}):
                self._load(found)

    def _load(self, found: dict[str, Any]) -> None:
        if found["id"] not in self._rows:
            self._remember({**orjson.loads(found["row"]), "seq": found["seq"]})

    def _remember(self, row: Row) -> None:
        if row["id"] not in self._rows and row["trade_ref"] is not None:
            self._by_ref[(row["source"], row["trade_ref"])].append(row["id"])
        self._rows[row["id"]] = row


def _same_symbol(one: Row, other: Row) -> bool:
    """A strategy's order names, such as `Long`, return on every symbol; what names no symbol fits all."""
    return None in (one["symbol"], other["symbol"]) or one["symbol"] == other["symbol"]


def _long_before(row: Row, entry: Row) -> bool:
    """Whether a backfilled row tells of a time before this entry, which it then can't concern."""
    return bool(row["extra"].get("backfilled")) and entry["received_at"] > row["received_at"]
