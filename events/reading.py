"""What is read from the journal's tables. Runs in native threads, on read-only connections; plain values in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import re2

from events.databases import Connection, Database
from events.envelope import Fact
from events.errors import BadQuery

MOST_SCANNED = 5_000
COLUMNS = "seq, id, type, version, source, origin, level, message, timestamp, symbol, data"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Facts after (or before) a seq. `q`: a part of message or data, in any case; `regex`: RE2's syntax, likewise."""

    after: int | None = None
    before: int | None = None
    types: Sequence[str] | None = None
    symbols: Sequence[str] | None = None
    source: str | None = None
    level: str | None = None
    q: str | None = None
    regex: str | None = None
    limit: int = 100
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is where to go on (`after`, or `before` when newest first); None when everything was looked at."""

    items: list[Fact]
    next: int | None
    scanned: int


class Readers:
    """Read-only connections, as many as there are reading threads at once; a broken one is dropped."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: list[Connection] = []

    def rows(self, sql: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._database.reader()
        try:
            found = connection.rows(sql, params)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return found

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def after(self, epoch: str, seq: int, limit: int) -> list[Fact]:
        sql = f"SELECT {COLUMNS} FROM journal WHERE seq > :seq ORDER BY seq LIMIT :limit"  # noqa: S608 - our columns
        return [to_fact(row, epoch) for row in self.rows(sql, {"seq": seq, "limit": limit})]

    def search(self, epoch: str, wanted: EventFilter) -> Page:
        """Raises BadQuery."""
        pattern = _pattern(wanted.regex)
        needle = wanted.q.lower() if wanted.q else None
        textual = pattern is not None or needle is not None
        sql, params = _query(wanted, MOST_SCANNED if textual else wanted.limit + 1)
        rows = self.rows(sql, params)
        items: list[Fact] = []
        for scanned, row in enumerate(rows, 1):
            if len(items) == wanted.limit:
                return Page(items, items[-1].seq, scanned - 1)
            if not textual or _matches(row, needle, pattern):
                items.append(to_fact(row, epoch))
        full = len(rows) == params["limit"]
        return Page(items, int(rows[-1]["seq"]) if full and textual else None, len(rows))


def to_fact(row: Mapping[str, Any], epoch: str) -> Fact:
    return Fact(
        type=row["type"],
        data=orjson.loads(row["data"]),
        message=row["message"],
        source=row["source"],
        origin=row["origin"],
        level=row["level"],
        symbol=row["symbol"],
        id=row["id"],
        timestamp=row["timestamp"],
        version=row["version"],
        epoch=epoch,
        seq=row["seq"],
    )


def _pattern(regex: str | None) -> Any:
    if regex is None:
        return None
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    try:
        return re2.compile(regex, options)
    except re2.error as error:
        raise BadQuery(f"`regex` is not RE2's syntax: {error}") from None


def _matches(row: Mapping[str, Any], needle: str | None, pattern: Any) -> bool:
    text = f"{row['message']}\n{row['data']}"
    if needle is not None and needle not in text.lower():
        return False
    return pattern is None or pattern.search(text) is not None


def _query(wanted: EventFilter, limit: int) -> tuple[str, dict[str, Any]]:
    params: dict[str, Any] = {"limit": limit}
    where = ["1 = 1"]
    if wanted.after is not None:
        where.append("seq > :after")
        params["after"] = wanted.after
    if wanted.before is not None:
        where.append("seq < :before")
        params["before"] = wanted.before
    for column, values in (("type", wanted.types), ("symbol", wanted.symbols)):
        if values is not None:
            names = []
            for place, value in enumerate(values):
                params[f"{column}_{place}"] = value
                names.append(f":{column}_{place}")
            where.append(f"{column} IN ({', '.join(names)})" if names else "1 = 0")
    for column, exact in (("source", wanted.source), ("level", wanted.level)):
        if exact is not None:
            where.append(f"{column} = :{column}")
            params[column] = exact
    order = "DESC" if wanted.newest_first else "ASC"
    sql = f"SELECT {COLUMNS} FROM journal WHERE {' AND '.join(where)} ORDER BY seq {order} LIMIT :limit"  # noqa: S608 - names are ours, values are bound
    return sql, params
