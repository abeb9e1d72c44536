"""How each export is read: a page at a time, made into bytes in a native thread, so that a million rows cost a page.

Between two pages no transaction is open and nothing is remembered but where to go on.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from events import wire
from events.journal import EventFilter
from events.reading import Readers
from events.rows import data_of
from events.searching import search
from web.choices import CHOICES

PAGE = 200
GZIP = 31  # zlib's number for a gzip frame
LEVEL = 3  # a quarter of the time of the default level, for a tenth more bytes
# What a spreadsheet takes for the start of a formula, also as East Asian keyboards type it; text may hold anything.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = Mapping[str, Any]
Cells = list[Any]
At = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The facts asked for: `after` < seq < `before`, of these types (None: all). `epoch` names the history."""

    epoch: str
    after: int
    before: int
    types: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """One table. `page(readers, span, at)` gives rows and where to go on: () is the beginning, None the end."""

    columns: Sequence[str]
    page: Callable[[Readers, Span, At], tuple[list[Cells], At | None]]
    says: str


SIGNAL_COLUMNS = (
    *("id", "seq", "received_at", "sent_at", "source", "kind", "trade_ref", "parent_id", "symbol", "exchange", "side"),
    *("intent", "price", "stop", "targets", "interval", "freshness", "lag_ms", "probability", "probability_low"),
    *("model_id", "verdict", "quantity", "status", "outcome_r", "mae_r", "mfe_r", "reasons", "extra"),
)
EVENT_COLUMNS = ("epoch", "seq", "id", "type", "source", "origin", "level", "symbol", "timestamp", "message", "data")
CHOSEN = "key IN (" + ", ".join(f"'{key}'" for key in sorted(CHOICES)) + ")"
REJECT_COLUMNS = ("seq", "at", "source", "code", "text", "hint", "raw")


def _signals(readers: Readers, span: Span, at: At) -> tuple[list[Cells], At | None]:
    sql = "SELECT seq, row FROM signals WHERE seq < :before AND seq > :after ORDER BY seq DESC LIMIT :page"
    before = at[0] if at else span.before
    found = readers.rows(sql, {"before": before, "after": span.after, "page": PAGE})
    rows = [orjson.loads(one["row"]) | {"seq": one["seq"]} for one in found]
    return [[row.get(name) for name in SIGNAL_COLUMNS] for row in rows], _next(found, "seq")


def _events(readers: Readers, span: Span, at: At) -> tuple[list[Cells], At | None]:
    items, following = facts(readers, span, at)
    return [[item.get(name) for name in EVENT_COLUMNS] for item in items], following


def _rejects(readers: Readers, span: Span, at: At) -> tuple[list[Cells], At | None]:
    """With the words of the fact, while the journal holds it."""
    sql = """
    SELECT r.seq, r.at, r.source, r.code, j.type, j.version, j.data FROM rejects r LEFT JOIN journal j ON j.seq = r.seq
    WHERE r.seq > :after AND r.seq < :before ORDER BY r.seq LIMIT :page
    """
    found = readers.rows(sql, {"after": at[0] if at else span.after, "before": span.before, "page": PAGE})
    rows = [(data_of(one) if one["data"] else {}) | {name: one[name] for name in REJECT_COLUMNS[:4]} for one in found]
    return [[row.get(name) for name in REJECT_COLUMNS] for row in rows], _next(found, "seq")


def _table(table: str, key: str, *columns: str, says: str, only: str = "1 = 1") -> Export:
    """A small table as it is now, whatever the span; its JSON stands in one column. `only`: which rows, as SQL."""
    keys = key.split(", ")
    shown = ", ".join(f'"{name}"' for name in columns)
    after = f"AND ({key}) > ({', '.join(f':{name}' for name in keys)})"

    def page(readers: Readers, span: Span, at: At) -> tuple[list[Cells], At | None]:
        del span
        where = after if at else ""
        sql = f"SELECT {shown} FROM {table} WHERE {only} {where} ORDER BY {key} LIMIT {PAGE}"  # noqa: S608 - names are ours
        found = readers.rows(sql, dict(zip(keys, at, strict=True)) if at else {})
        return [list(one.values()) for one in found], _next(found, *keys)

    return Export(columns, page, says)


def _next(found: Sequence[Row], *keys: str) -> At | None:
    return tuple(found[-1][key] for key in keys) if len(found) == PAGE else None


EXPORTS: Mapping[str, Export] = {
    "signals": Export(SIGNAL_COLUMNS, _signals, "newest first"),
    "events": Export(EVENT_COLUMNS, _events, "the journal, oldest first"),
    "rejects": Export(REJECT_COLUMNS, _rejects, "alerts that could not be used"),
    "sources": _table("sources", "name", "name", "config", "created_at", "updated_at", says="settings, no tokens"),
    "models": _table("models", "id", "id", "status", "sha256", "card", "created_at", "updated_at", says="their cards"),
    "accounts": _table("accounts", "name", "name", "kind", "currency", "state", "updated_seq", says="as last told"),
    # Secrets may stand beside what people chose; tokens and logins are nobody's to take along.
    "settings": _table(
        "settings", "key", "key", "value", "updated_at", says="what people chose for the desk", only=CHOSEN
    ),
    "preferences": _table(
        "preferences", "principal_id, key", "principal_id", "key", "value", "updated_at", says="each one's own"
    ),
    "jobs": _table("jobs", "id", "id", "name", "state", "progress", "result", says="long work, the newest 50"),
    "positions": _table("positions", "account, symbol", "account", "symbol", "state", "updated_seq", says="open ones"),
    "dead-letters": _table(
        "dead_letters", "id", "id", "follower", "seq", "attempts", "error", "at", "state", says="set aside"
    ),
}


def facts(readers: Readers, span: Span, at: At) -> tuple[list[dict[str, Any]], At | None]:
    """Envelopes, oldest first."""
    after = at[0] if at else span.after
    page = search(readers, span.epoch, EventFilter(after=after, before=span.before, types=span.types, limit=PAGE))
    return [fact.envelope() for fact in page.items], None if page.next is None else (page.next,)


def csv_page(export: Export) -> Callable[[Readers, Span, At], tuple[bytes, At | None]]:
    """The page as CSV text; the first with the names of the columns."""

    def page(readers: Readers, span: Span, at: At) -> tuple[bytes, At | None]:
        rows, following = export.page(readers, span, at)
        return csv_lines([*([] if at else [list(export.columns)]), *rows]), following

    return page


def ndjson_page(readers: Readers, span: Span, at: At) -> tuple[bytes, At | None]:
    """The page as one envelope a line."""
    items, following = facts(readers, span, at)
    return b"".join(wire.encode(item) + b"\n" for item in items), following


class Gzip:
    """Packs pages as they come; used by one native job at a time."""

    def __init__(self) -> None:
        self._packer = zlib.compressobj(LEVEL, wbits=GZIP)

    def pack(self, page: bytes, last: bool) -> bytes:
        return self._packer.compress(page) + (self._packer.flush() if last else b"")


def csv_lines(rows: Iterable[Cells]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode()


def cell(value: Any) -> Any:
    """A value as a spreadsheet may see it: text that would run as a formula gets an apostrophe before it."""
    if isinstance(value, list | dict):
        value = wire.encode(value).decode()
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value.replace("\0", "")
    return value
