"""What the journal needs of a database. Everything here runs in native threads: no logging, no locks."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

Row = dict[str, Any]


class Connection(Protocol):
    """One connection, used by one native job at a time. SQL has `:named` parameters on every database."""

    def run(self, sql: str, params: Mapping[str, Any] | None = None) -> int:
        """Execute; the number of rows it touched."""

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]: ...

    def many(self, sql: str, params: Sequence[Mapping[str, Any]]) -> None: ...

    def begin(self) -> None: ...

    def commit(self) -> None: ...

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

    def is_units_fault(self, error: Exception) -> bool:
        """True when the unit itself is wrong (a constraint, a statement); False when the database can't work now."""

    def warnings(self) -> list[str]:
        """What the operator should know about this database's version."""
