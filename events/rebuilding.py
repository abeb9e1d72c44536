"""Makes the tables that facts feed again from the journal alone, beside the living ones, and puts right what differs.

The copy is a SQLite file of its own, so the work neither locks nor grows the desk's database; `Change`s are SQL that
both databases read, so the same statements make it. Everything here runs in native threads or in a child process.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from events import migrate
from events.databases import Connection, Database, database_for
from events.databases.contract import Row, Statement
from events.envelope import Fact
from events.errors import JournalShortened, RebuildTooLarge
from events.reading import AFTER
from events.rows import to_fact
from events.units import Change

PAGE = 500
# Rows put right in one commit beside living traffic; with more, alerts would wait too long for theirs.
MOST_BESIDE_TRAFFIC = 1_000

Changes = Callable[[Fact], Sequence[Change]]
Tell = Callable[[int, int], None]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Projection:
    """A table that facts feed. `kept`: which rows the facts that are there are replayed upon, as SQL.

    Those are rows that older facts brought, which were archived (`:first` is the journal's first seq, 1 when none was),
    and rows that no fact ever brings.
    """

    table: str
    key: tuple[str, ...]
    kept: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a rebuild found: `facts` read, and how many rows of each table were not as the facts make them."""

    facts: int
    differing: dict[str, int]


class Copy:
    """The tables as the journal makes them, up to `seq`."""

    def __init__(self, path: Path, projections: Sequence[Projection], changes: Changes) -> None:
        database = database_for(f"sqlite:///{path}")
        migrate.up_to_date(database)
        self._connection = database.writer()
        # A copy that a crash spoils is made again: it need not survive one.
        self._connection.run("PRAGMA synchronous=OFF")
        self._connection.run("CREATE TABLE IF NOT EXISTS differing (place TEXT, key TEXT, PRIMARY KEY (place, key))")
        self._changes = changes
        self.projections = projections
        # The copy's own journal stays empty; its head says how far the copy has come.
        self.seq = int(self._connection.rows("SELECT seq FROM journal_head")[0]["seq"])

    def begin(self, living: Connection) -> int:
        """Empty but for what is kept of the living tables; the journal's first seq."""
        found = living.rows("SELECT MIN(seq) AS seq FROM journal")[0]["seq"]
        head = int(living.rows("SELECT seq FROM journal_head")[0]["seq"])
        first = head + 1 if found is None else int(found)
        self._connection.begin()
        for one in self.projections:
            self._connection.run(f"DELETE FROM {one.table}")  # noqa: S608 - tables and columns are ours
            for page in pages(living, one, one.kept, {"first": first}):
                self._connection.batch([insert(one.table, row) for row in page])
        self._connection.commit()
        self._reached(first - 1)
        return first

    def replay(self, living: Connection, upto: int, tell: Tell | None = None) -> None:
        """Take in the facts up to `upto`, in order. Raises JournalShortened."""
        began = self.seq
        while self.seq < upto:
            facts = [to_fact(row, "") for row in living.rows(AFTER, {"seq": self.seq, "limit": PAGE})]
            if not facts or facts[0].seq != self.seq + 1:
                raise JournalShortened(f"the fact {self.seq + 1} is gone")
            self._connection.begin()
            for fact in facts:
                if (fact.seq or 0) <= upto:
                    self.seq = fact.seq or self.seq
                    for change in self._changes(fact):
                        self._connection.run(change.sql, {**change.params, "seq": fact.seq})
            self._connection.commit()
            self._reached(self.seq)
            if tell is not None:
                tell(self.seq - began, upto - began)

    def compare(self, living: Connection) -> dict[str, int]:
        """Remember the keys whose rows differ; how many of each table. The living side may move on meanwhile."""
        self._connection.run("DELETE FROM differing")
        for one in self.projections:
            for mine in pages(self._connection, one):
                self._note(living, one, [key_of(one, row) for row in mine])
            for theirs in pages(living, one):
                self._note(living, one, [key_of(one, row) for row in theirs])
        return self.differing()

    def differing(self) -> dict[str, int]:
        found = self._connection.rows("SELECT place, COUNT(*) AS n FROM differing GROUP BY place ORDER BY place")
        return {row["place"]: int(row["n"]) for row in found}

    def mend(self, living: Connection) -> dict[str, int]:
        """Put the remembered rows right, where they still differ. Inside the caller's transaction."""
        mended: dict[str, int] = {}
        for one in self.projections:
            for page in self._noted(one):
                statements: list[Statement] = []
                for key, right in self._unlike(living, one, page):
                    mended[one.table] = mended.get(one.table, 0) + 1
                    where = " AND ".join(f"{column} = :{column}" for column in one.key)
                    params = dict(zip(one.key, key, strict=True))
                    statements.append((f"DELETE FROM {one.table} WHERE {where}", params))  # noqa: S608 - ours
                    if right is not None:
                        statements.append(insert(one.table, right))
                living.batch(statements)
        return mended

    def _noted(self, one: Projection) -> Iterator[list[Key]]:
        sql = "SELECT key FROM differing WHERE place = :place AND key > :after ORDER BY key LIMIT :page"
        after = ""
        while found := self._connection.rows(sql, {"place": one.table, "after": after, "page": PAGE}):
            yield [tuple(orjson.loads(row["key"])) for row in found]
            after = found[-1]["key"]

    def close(self) -> None:
        self._connection.close()

    def _reached(self, seq: int) -> None:
        self.seq = seq
        self._connection.run("UPDATE journal_head SET seq = :seq", {"seq": seq})

    def _note(self, living: Connection, one: Projection, keys: Sequence[Key]) -> None:
        for key, _ in self._unlike(living, one, keys):
            note = {"place": one.table, "key": orjson.dumps(key).decode()}
            self._connection.run("INSERT INTO differing VALUES (:place, :key) ON CONFLICT DO NOTHING", note)

    def _unlike(self, living: Connection, one: Projection, keys: Sequence[Key]) -> list[tuple[Key, Row | None]]:
        """Of these keys those whose rows differ, with the right row, None where there should be none.

        One statement reads the rows and the head, so both are of one instant; then the copy is brought to it.
        """
        sql, params = picked(one, keys)
        # A head without any of the rows still tells the instant, hence the outer join.
        both = f"SELECT head.seq AS head_seq, t.* FROM journal_head head LEFT JOIN ({sql}) t ON 1 = 1"  # noqa: S608
        found = living.rows(both, params)
        self.replay(living, int(found[0]["head_seq"]))
        theirs = {key_of(one, row): row for row in found if row[one.key[0]] is not None}
        mine = {key_of(one, row): row for row in self._connection.rows(sql, params)}
        for row in theirs.values():
            del row["head_seq"]
        return [(key, mine.get(key)) for key in keys if mine.get(key) != theirs.get(key)]


def prepare(database: Database, path: Path, projections: Sequence[Projection], changes: Changes, tell: Tell) -> Report:
    """Make the copy at `path` and compare; changes nothing of the desk's. `tell(done, total)` counts facts."""
    living = database.reader()
    copy = Copy(path, projections, changes)
    try:
        first = copy.begin(living)
        copy.replay(living, int(living.rows("SELECT seq FROM journal_head")[0]["seq"]), tell)
        differing = copy.compare(living)
        return Report(copy.seq - first + 1, differing)
    finally:
        copy.close()
        living.close()


def apply(
    database: Database,
    living: Connection,
    path: Path,
    projections: Sequence[Projection],
    changes: Changes,
    most: int | None = MOST_BESIDE_TRAFFIC,
) -> dict[str, int]:
    """Put right what `prepare` found, in one transaction on the writing connection: all of it or nothing.

    No fact can come in between, because the head is locked; rows that were right after all stay. Raises RebuildTooLarge
    where more than `most` rows differ.
    """
    copy = Copy(path, projections, changes)
    try:
        rows = sum(copy.differing().values())
        if most is not None and rows > most:
            raise RebuildTooLarge(f"{rows:,} rows differ; beside living traffic {most:,} are put right at most.")
        copy.replay(living, int(living.rows("SELECT seq FROM journal_head")[0]["seq"]))
        living.begin()
        try:
            copy.replay(living, int(living.rows(database.lock_head())[0]["seq"]))
            mended = copy.mend(living)
            living.commit()
        except BaseException as error:
            if database.blame(error) != "away":
                living.rollback()
            raise
        return mended
    finally:
        copy.close()


def pages(
    connection: Connection, one: Projection, where: str = "1 = 1", params: Mapping[str, Any] | None = None
) -> Iterator[list[Row]]:
    """The rows of a table in the order of its key, a page a read."""
    columns, order = ", ".join(one.key), f"ORDER BY {', '.join(one.key)} LIMIT {PAGE}"
    names = ", ".join(f":after_{n}" for n in range(len(one.key)))
    after: dict[str, Any] = {}
    while True:
        span = f"({where})" + (f" AND ({columns}) > ({names})" if after else "")
        page = connection.rows(f"SELECT * FROM {one.table} WHERE {span} {order}", {**(params or {}), **after})  # noqa: S608
        if page:
            yield page
        if len(page) < PAGE:
            return
        after = {f"after_{n}": value for n, value in enumerate(key_of(one, page[-1]))}


def picked(one: Projection, keys: Sequence[Key]) -> Statement:
    """The rows of these keys."""
    params = {f"k{n}_{m}": value for n, key in enumerate(keys) for m, value in enumerate(key)}
    values = ", ".join(f"({', '.join(f':k{n}_{m}' for m in range(len(one.key)))})" for n in range(len(keys)))
    columns = ", ".join(one.key)
    return f"SELECT * FROM {one.table} WHERE ({columns}) IN (VALUES {values})", params  # noqa: S608 - names are ours


def insert(table: str, row: Row) -> Statement:
    names = ", ".join(f'"{name}"' for name in row)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in row)})", row  # noqa: S608


def key_of(one: Projection, row: Row) -> Key:
    return tuple(row[column] for column in one.key)
