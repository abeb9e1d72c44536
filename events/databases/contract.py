"""What the journal needs of a database. Everything here runs in native threads: no logging, no locks."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from events.errors import EventsError

Row = dict[str, Any]
Statement = tuple[str, Mapping[str, Any]]
Order = Literal["ASC", "DESC"]
# Whose fault an error is. `unit`: what was to be stored; `busy`: locked or full, the connection is sound;
# `away`: the database can't be reached or worked with.
Blame = Literal["unit", "busy", "away"]


class Connection(Protocol):
    """One connection, used by one native job at a time. SQL has `:named` parameters on every database."""

    def run(self, sql: str, params: Mapping[str, Any] | None = None) -> int:
        """Execute; the number of rows it touched."""

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]: ...

    def facts(self, sql: str, params: Mapping[str, Any], most: int, order: Order = "ASC") -> list[Row]:
        """The first of what `rows` gives, in the query's `order` by seq: until their `data` has `most` bytes."""

    def batch(self, statements: Sequence[Statement]) -> None:
        """Execute all, results dropped, in one round trip where there is one."""

    def later(self, sql: str) -> None:
        """Execute a statement that can't fail, at the latest together with the next one."""

    def begin(self) -> None: ...

    def commit(self, last: Sequence[Statement] = ()) -> None:
        """`last` are the transaction's last statements, on their way together with its end."""

    def rollback(self) -> None: ...

    def close(self) -> None: ...


class Database(Protocol):
    """How to reach a database, and how to read its errors."""

    dialect: Literal["sqlite", "postgresql"]
    shared: bool  # other processes may write to it

    def writer(self) -> Connection: ...

    def reader(self) -> Connection: ...

    def sqlalchemy_url(self) -> str: ...

    def lock_head(self) -> str:
        """SQL that reads `journal_head` so that nobody else numbers facts until the commit."""

    def clock_ms(self, connection: Connection) -> tuple[str, int]:
        """A clock that can't be set: what names its run, and milliseconds."""

    def blame(self, error: BaseException) -> Blame: ...

    def reading_error(self, error: Exception) -> EventsError:
        """What a reader is told: QueryTooSlow, BadQuery or DatabaseUnavailable."""

    def may_come_back(self, error: BaseException) -> bool:
        """Whether waiting may mend why it can't be opened: the machine is away or starting, not the password wrong."""

    def warnings(self) -> list[str]:
        """What the operator should know about this database's version, and what to do."""
