"""Looking through the journal a bounded piece at a time, so that one careless expression never holds the database.

Runs in a native thread. SQL walks the index that narrows most; the rest is compared here, at most MOST_SCANNED rows a
call; the caller goes on from the page's `next`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from events import upcasting
from events.envelope import Fact
from events.errors import BadQuery
from events.reading import PAGE_BYTES, Readers
from events.rows import COLUMNS, data_of, to_fact

MOST_SCANNED = 5_000
PAGE_ROWS = 500
MOST_ITEMS = 1_000
# Of what is found: a page ends with the fact that passes this.
MOST_BYTES = 4 * 1024 * 1024
LONGEST_EXPRESSION = 500
EXPRESSION_MEMORY = 8 << 20

Matcher = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Facts after or before a seq (exclusive). `types`, `symbols`, `levels`: None is all, empty is none.

    `kinds`: of the type `event` only lines of these kinds (`scan`, `order`…). `q`: a part of the message or the raw
    alert, in any case; `regex`: RE2's syntax, on the same two. `limit` ≤ 1,000.
    """

    after: int | None = None
    before: int | None = None
    types: Sequence[str] | None = None
    symbols: Sequence[str] | None = None
    source: str | None = None
    levels: Sequence[str] | None = None
    kinds: Sequence[str] | None = None
    q: str | None = None
    regex: str | None = None
    limit: int = 100
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is where to go on (`after`, or `before` when newest first); None when everything was looked at.

    A page may be empty and still have a `next`: `scanned` rows were looked at and none matched.
    """

    items: list[Fact]
    next: int | None
    scanned: int


def search(readers: Readers, epoch: str, wanted: EventFilter) -> Page:
    """Raises BadQuery for an expression that RE2 refuses."""
    limit = max(1, min(wanted.limit, MOST_ITEMS))
    tests = _tests(wanted)
    page_rows = PAGE_ROWS if tests else limit + 1
    low, high = wanted.after or 0, wanted.before
    items: list[Fact] = []
    scanned = text = 0
    while scanned < MOST_SCANNED:
        rows = readers.rows(*_query(wanted, low, high, page_rows), PAGE_BYTES, "DESC" if wanted.newest_first else "ASC")
        more = len(rows) == page_rows or sum(len(row["data"].encode()) for row in rows) >= PAGE_BYTES
        for place, row in enumerate(rows, 1):
            scanned += 1
            if all(test(row) for test in tests):
                items.append(to_fact(row, epoch))
                text += len(row["data"])
                if len(items) == limit or text >= MOST_BYTES:
                    return Page(items, row["seq"] if more or place < len(rows) else None, scanned)
        if not more:
            return Page(items, None, scanned)
        if wanted.newest_first:
            high = rows[-1]["seq"]
        else:
            low = rows[-1]["seq"]
    return Page(items, high if wanted.newest_first else low, scanned)


def _index(wanted: EventFilter) -> tuple[str, Sequence[str]] | None:
    """The column whose index is walked, with its values."""
    if wanted.types is not None:
        return "type", tuple(dict.fromkeys(wanted.types))
    if wanted.symbols is not None:
        return "symbol", tuple(dict.fromkeys(wanted.symbols))
    return None if wanted.source is None else ("source", (wanted.source,))


def _query(wanted: EventFilter, low: int, high: int | None, limit: int) -> tuple[str, dict[str, Any]]:
    """One branch a value, each walking its own index in the order of seq: a plain `IN (…) ORDER BY seq` would sort the
    whole history of those values first."""
    order = "DESC" if wanted.newest_first else "ASC"
    tail = f"ORDER BY seq {order} LIMIT :limit"
    params: dict[str, Any] = {"low": low, "limit": limit}
    span = "seq > :low"
    if high is not None:
        span += " AND seq < :high"
        params["high"] = high
    index = _index(wanted)
    if index is None:
        return f"SELECT {COLUMNS} FROM journal WHERE {span} {tail}", params  # noqa: S608 - names are ours, values bound
    column, values = index
    if not values:
        return f"SELECT {COLUMNS} FROM journal WHERE 1 = 0 {tail}", params  # noqa: S608
    branches = []
    for number, value in enumerate(values):
        params[f"value_{number}"] = value
        where = f"{column} = :value_{number} AND {span}"
        branches.append(f"SELECT * FROM (SELECT {COLUMNS} FROM journal WHERE {where} {tail}) AS part_{number}")  # noqa: S608
    return f"{' UNION ALL '.join(branches)} {tail}", params


def _tests(wanted: EventFilter) -> list[Matcher]:
    """What the index does not decide."""
    tests: list[Matcher] = []
    if wanted.types is not None and wanted.symbols is not None:
        symbols = frozenset(wanted.symbols)
        tests.append(lambda row: row["symbol"] in symbols)
    if wanted.source is not None:
        tests.append(lambda row: row["source"] == wanted.source)
    if wanted.levels is not None:
        levels = frozenset(wanted.levels)
        tests.append(lambda row: row["level"] in levels)
    if wanted.kinds is not None:
        kinds = frozenset(wanted.kinds)
        tests.append(lambda row: row["type"] != "event" or data_of(row).get("event_type") in kinds)
    if wanted.q:
        needle = wanted.q.casefold()
        tests.append(lambda row: any(needle in text.casefold() for text in _texts(row)))
    if wanted.regex:
        found = pattern(wanted.regex)
        tests.append(lambda row: any(found.search(text) is not None for text in _texts(row)))
    return tests


def _texts(row: Mapping[str, Any]) -> tuple[str, ...]:
    # Most facts hold no raw text; those written in an older shape may hold it under another name.
    old = row["version"] < upcasting.version(row["type"])
    raw = data_of(row).get("raw") if old or '"raw"' in row["data"] else None
    return (row["message"], raw) if isinstance(raw, str) else (row["message"],)


def pattern(regex: str) -> Any:
    """What `regex` means. RE2 takes time linear in the text, so a stranger's can't hang the thread. Raises BadQuery."""
    if len(regex) > LONGEST_EXPRESSION:
        raise BadQuery(f"`regex` has over {LONGEST_EXPRESSION} characters")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = EXPRESSION_MEMORY
    try:
        return re2.compile(regex, options)
    except re2.error as error:
        words = error.args[0] if error.args else ""
        text = words.decode() if isinstance(words, bytes) else str(words)
        raise BadQuery(f"`regex` is not RE2's syntax: {text}") from None
