"""What is read from the journal's tables. Runs in native threads, on read-only connections; plain values in and out."""

from collections.abc import Mapping
from typing import Any

from events.databases import Connection, Database
from events.databases.contract import Order
from events.envelope import Fact
from events.ring import LARGE_BYTES
from events.rows import COLUMNS, to_fact

AFTER = f"SELECT {COLUMNS} FROM journal WHERE seq > :seq ORDER BY seq LIMIT :limit"  # noqa: S608 - our columns
UPTO = f"SELECT {COLUMNS} FROM journal WHERE seq <= :seq ORDER BY seq DESC LIMIT :limit"  # noqa: S608 - our columns

# A page of large facts ends sooner: two hundred that are not large have room.
PAGE_BYTES = 200 * LARGE_BYTES


class Readers:
    """Read-only connections, as many as there are reading threads at once; a broken one is dropped."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._idle: list[Connection] = []

    def _open(self) -> Connection:
        try:
            return self._database.reader()
        except Exception as error:
            raise self._database.reading_error(error) from error

    def rows(
        self, sql: str, params: Mapping[str, Any], most: int | None = None, order: Order = "ASC"
    ) -> list[dict[str, Any]]:
        """With `most`, facts: of those as many as `Connection.facts` gives."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        try:
            found = connection.rows(sql, params) if most is None else connection.facts(sql, params, most, order)
        except Exception as error:
            connection.close()
            raise self._database.reading_error(error) from error
        self._idle.append(connection)
        return found

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def after(self, epoch: str, seq: int, limit: int) -> list[Fact]:
        """The oldest first: `limit` at most, and fewer where they are large; none where there are none."""
        return [to_fact(row, epoch) for row in self.rows(AFTER, {"seq": seq, "limit": limit}, PAGE_BYTES)]

    def upto(self, epoch: str, seq: int, limit: int) -> list[Fact]:
        """The newest first."""
        return [to_fact(row, epoch) for row in self.rows(UPTO, {"seq": seq, "limit": limit})]
