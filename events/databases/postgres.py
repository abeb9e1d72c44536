"""Postgres through psycopg 3, whose C form waits without Python's `select` and so stays native in a native thread."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import psycopg
from psycopg import ClientCursor, errors
from psycopg.rows import dict_row

from events.databases.contract import Blame, Connection, Order, Row, Statement
from events.errors import BadQuery, DatabaseUnavailable, EventsError, QueryTooSlow

STATEMENT_MS = 1_500
LOCK_MS = 1_000
# Who stops in the middle of a commit (a paused machine, a pulled plug) holds the head: the database lets go of it.
STANDSTILL_MS = 5_000
# A host that vanished is noticed within seconds; without these it would hold the writer for a quarter of an hour.
NETWORK: dict[str, Any] = {
    "connect_timeout": 2,
    "keepalives_idle": 3,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 5_000,
    "application_name": "signal-desk",
}
TOKENS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|::|%|:([A-Za-z_]\w*)")
# What a server says that is there and will say the same in a minute; a failed connection carries no code.
REFUSED = re.compile(r"authentication failed|does not exist|no pg_hba|no password supplied|not permitted to log in")
BUSY = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
    errors.DiskFull,
)


@lru_cache(maxsize=1024)
def placeholders(sql: str) -> str:
    """`:name` as psycopg's `%(name)s`; text in quotes and casts stay, every other percent sign is doubled."""

    def word(found: re.Match[str]) -> str:
        return f"%({found[1]})s" if found[1] is not None else found[0].replace("%", "%%")

    return TOKENS.sub(word, sql)


# The length of a text is known without reading the text.
SIZED = """
SELECT * FROM (
  SELECT *, sum(octet_length(data)) OVER (ORDER BY seq {order}) - octet_length(data) AS text_before
  FROM ({sql}) AS asked
) AS sized WHERE text_before < {most} ORDER BY seq {order}
"""


class PostgresConnection:
    """The driver puts the values into the text: one text may hold many statements, and NULL needs no declared type."""

    def __init__(self, url: str, *, read_only: bool) -> None:
        self._raw: psycopg.Connection[Row] = psycopg.connect(
            url,
            autocommit=True,
            row_factory=dict_row,
            options=f"-c statement_timeout={STATEMENT_MS} -c lock_timeout={LOCK_MS} -c synchronous_commit=on "
            f"-c idle_in_transaction_session_timeout={STANDSTILL_MS} "
            f"-c timezone=UTC -c default_transaction_read_only={str(read_only).lower()}",
            **NETWORK,
        )
        self._cursor = ClientCursor(self._raw)
        self._later: list[str] = []

    def run(self, sql: str, params: Mapping[str, Any] | None = None) -> int:
        return self._execute([(sql, params or {})]).rowcount

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        return self._execute([(sql, params or {})]).fetchall()

    def facts(self, sql: str, params: Mapping[str, Any], most: int, order: Order = "ASC") -> list[Row]:
        return self.rows(SIZED.format(sql=sql, most=most, order=order), params)

    def batch(self, statements: Sequence[Statement]) -> None:
        if statements:
            self._execute(statements)

    def later(self, sql: str) -> None:
        self._later.append(sql)

    def begin(self) -> None:
        self._later = ["BEGIN"]

    def commit(self, last: Sequence[Statement] = ()) -> None:
        self._execute([*last, ("COMMIT", {})])

    def rollback(self) -> None:
        self._later = []
        if not self._raw.closed:
            self._raw.execute("ROLLBACK")

    def close(self) -> None:
        self._raw.close()

    def _execute(self, statements: Sequence[Statement]) -> "ClientCursor[Row]":
        """One round trip for what waited and these; the cursor stands at the last one's result."""
        words = [self._cursor.mogrify(placeholders(sql), params) for sql, params in statements]
        # A value that can't be expressed raised above: what waited is sent with the next attempt.
        waited, self._later = self._later, []
        self._cursor.execute(";\n".join([*waited, *words]))
        while self._cursor.nextset():
            continue
        return self._cursor


class Postgres:
    dialect: Literal["sqlite", "postgresql"] = "postgresql"
    shared = True

    def __init__(self, url: str) -> None:
        self.url = url

    def writer(self) -> Connection:
        return PostgresConnection(self.url, read_only=False)

    def reader(self) -> Connection:
        return PostgresConnection(self.url, read_only=True)

    def sqlalchemy_url(self) -> str:
        return self.url.replace("postgresql://", "postgresql+psycopg://", 1)

    def lock_head(self) -> str:
        return "UPDATE journal_head SET seq = seq WHERE id = 1 RETURNING epoch, seq"

    def clock_ms(self, connection: Connection) -> tuple[str, int]:
        found = connection.rows("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms")
        return "database", int(found[0]["ms"])

    def blame(self, error: BaseException) -> Blame:
        if isinstance(error, errors.IntegrityError | errors.ProgrammingError | errors.DataError | UnicodeError):
            return "unit"
        return "busy" if isinstance(error, BUSY) else "away"

    def reading_error(self, error: Exception) -> EventsError:
        text = str(error).strip()
        if isinstance(error, errors.QueryCanceled):
            return QueryTooSlow(f"gave up after {STATEMENT_MS} ms")
        return BadQuery(text) if self.blame(error) == "unit" else DatabaseUnavailable(text)

    def may_come_back(self, error: BaseException) -> bool:
        return isinstance(error, psycopg.OperationalError) and not REFUSED.search(str(error))

    def warnings(self) -> list[str]:
        return []
