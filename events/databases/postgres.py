"""Postgres through psycopg 3, whose C form waits without Python's `select` and so stays native in a native thread."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import psycopg
from psycopg import errors
from psycopg.rows import dict_row

from events.databases.contract import Connection, Row

CONNECT_SECONDS = 2
STATEMENT_MS = 1_500
NAMED = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")


@lru_cache(maxsize=1024)
def placeholders(sql: str) -> str:
    """`:name` as psycopg's `%(name)s`."""
    return NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))


class PostgresConnection:
    def __init__(self, url: str, *, read_only: bool) -> None:
        self._raw: psycopg.Connection[Row] = psycopg.connect(
            url,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=CONNECT_SECONDS,
            prepare_threshold=3,
            options=f"-c statement_timeout={STATEMENT_MS} -c default_transaction_read_only={str(read_only).lower()}",
        )

    def run(self, sql: str, params: Mapping[str, Any] | None = None) -> int:
        return self._raw.execute(placeholders(sql), params or {}).rowcount

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        return self._raw.execute(placeholders(sql), params or {}).fetchall()

    def many(self, sql: str, params: Sequence[Mapping[str, Any]]) -> None:
        with self._raw.cursor() as cursor:
            cursor.executemany(placeholders(sql), params)

    def begin(self) -> None:
        self._raw.execute("BEGIN")

    def commit(self) -> None:
        self._raw.execute("COMMIT")

    def rollback(self) -> None:
        if not self._raw.closed:
            self._raw.execute("ROLLBACK")

    def close(self) -> None:
        self._raw.close()


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

    def is_units_fault(self, error: Exception) -> bool:
        return isinstance(error, errors.IntegrityError | errors.ProgrammingError | errors.DataError)

    def warnings(self) -> list[str]:
        return []
