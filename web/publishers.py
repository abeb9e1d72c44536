"""Who reports to the desk from outside: each publishing source with its last word, so that a silent script is seen."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from events.clock import now_utc, rfc3339
from events.errors import QueryTooSlow
from events.journal import EventFilter
from web.gateway.publish import PUBLISH, REPORT

if TYPE_CHECKING:
    from events.clock import Clock
    from events.envelope import Fact
    from events.journal import Journal

# A script that makes up a new name for each line pushes out its own names, and costs no more than this.
MOST_SOURCES = 500
# What is read at the start: two bounded pages, so that the start of a desk with a million facts takes no longer. A
# machine that is busy with everybody's start gets smaller ones; below the smallest the desk starts without.
READ_BACK, PAGE, LEAST_PAGE = 2_000, 1_000, 10
LONGEST_MESSAGE = 200
log = logging.getLogger("web.publishers")


@dataclass(slots=True)
class Publisher:
    """`count` since `counted_from`; `activity` is the kind of its last activity line, null after other events."""

    source: str
    last_at: str
    seq: int
    type: str
    activity: str | None
    level: str
    message: str
    symbol: str | None
    count: int
    counted_from: str


class Publishers:
    """Follows the journal from the moment it is made. `active_seconds`: how long one report keeps a source active."""

    def __init__(self, journal: Journal, active_seconds: float, clock: Clock = now_utc) -> None:
        self._active_seconds, self._clock = active_seconds, clock
        self._known: OrderedDict[str, Publisher] = OrderedDict()
        self._told: dict[str, dict[str, Any]] = {}
        journal.listen(self.hear)
        self._read_back(journal)

    def _read_back(self, journal: Journal) -> None:
        types, before, limit = sorted(PUBLISH | REPORT), None, PAGE
        found: list[Fact] = []
        while len(found) < READ_BACK:
            try:
                page = journal.search(EventFilter(types=types, before=before, newest_first=True, limit=limit))
            except QueryTooSlow:
                limit //= 10
                if limit < LEAST_PAGE:
                    log.warning("reading is slow: scripts that reported before the start show when they do again")
                    break
                continue
            found += page.items
            before = page.next
            if before is None:
                break
        self.hear(found[::-1])

    def hear(self, facts: Sequence[Fact]) -> None:
        """Facts in the journal's order; on the loop, never yielding. One that was heard is not counted again."""
        for fact in facts:
            if fact.origin == "external":
                self._hear(fact)

    def _hear(self, fact: Fact) -> None:
        seq, known = fact.seq or 0, self._known.pop(fact.source, None)
        if known is not None and seq <= known.seq:  # committed while the start was reading back
            self._known[fact.source] = known
            return
        activity = fact.data.get("event_type") if fact.type == "event" else None
        self._known[fact.source] = Publisher(
            source=fact.source,
            last_at=fact.timestamp,
            seq=seq,
            type=fact.type,
            activity=activity if isinstance(activity, str) else None,
            level=fact.level,
            message=fact.message[:LONGEST_MESSAGE],
            symbol=fact.symbol,
            count=known.count + 1 if known else 1,
            counted_from=known.counted_from if known else fact.timestamp,
        )
        if len(self._known) > MOST_SOURCES:
            gone, _ = self._known.popitem(last=False)
            self._told.pop(gone, None)

    def table(self, most: int = MOST_SOURCES) -> list[dict[str, Any]]:
        """Each source's row as `publisher_update` carries it, the one that reported last first."""
        lately = rfc3339(self._clock() - timedelta(seconds=self._active_seconds))
        newest = list(self._known.values())[: -most - 1 : -1]
        return [asdict(one) | {"active": one.last_at >= lately} for one in newest]

    def changed(self) -> list[dict[str, Any]]:
        """The rows that say something else than when this was asked last: a report, or the end of being active."""
        fresh = [row for row in self.table() if self._told.get(row["source"]) != row]
        self._told.update((row["source"], row) for row in fresh)
        return fresh
