"""SQLite: WAL, every commit synced, one connection that writes, readers that can't."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from events.databases.contract import Blame, Connection, Order, Row, Statement
from events.errors import BadQuery, DatabaseUnavailable, EventsError, QueryTooSlow

BUSY_SECONDS = 1.5  # below the two seconds in which an alert must be answered
READ_SECONDS = 1.0  # a longer read would keep the WAL from being checkpointed
LOOK_EVERY = 20_000  # virtual machine steps between two looks at the clock
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
FIXED = (3, 51, 3)  # before: a reset of the WAL with several writers may lose commits

BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL}
UNIT = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_RANGE,
}


def boot_clock_ms() -> int:
    """Milliseconds since the machine's start, also while it slept: a clock that nobody can set."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns() // 1_000_000 if clock is None else time.clock_gettime_ns(clock) // 1_000_000


def boot_id() -> str:
    """Names this run of the machine; boot clocks of two runs can't be compared."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return "unknown"


class SqliteConnection:
    def __init__(self, path: str, *, read_only: bool) -> None:
        uri = f"file:{quote(path)}?mode={'ro' if read_only else 'rwc'}"
        self._raw = sqlite3.connect(
            uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self._raw.row_factory = sqlite3.Row
        self._cursor = self._raw.cursor()
        self._read_only = read_only
        self._deadline = 0.0
        if read_only:
            self._raw.set_progress_handler(self._too_long, LOOK_EVERY)
        else:
            self._raw.execute("PRAGMA journal_mode=WAL")
            self._raw.execute("PRAGMA synchronous=FULL")
            self._raw.execute("PRAGMA journal_size_limit=67108864")
            # A unit's savepoint, where it needs one, keeps what it changes; in a file that was sixty writes an alert.
            self._raw.execute("PRAGMA temp_store=MEMORY")

    def _too_long(self) -> int:
        return int(time.monotonic() > self._deadline)

    def run(self, sql: str, params: Mapping[str, Any] | None = None) -> int:
        return self._raw.execute(sql, params or {}).rowcount

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        self._deadline = time.monotonic() + READ_SECONDS
        return [dict(row) for row in self._raw.execute(sql, params or {}).fetchall()]

    def facts(self, sql: str, params: Mapping[str, Any], most: int, order: Order = "ASC") -> list[Row]:
        del order
        self._deadline = time.monotonic() + READ_SECONDS
        found: list[Row] = []
        cursor = self._raw.execute(sql, params)
        for row in cursor:
            found.append(dict(row))
            most -= len(row["data"])
            if most <= 0:
                break
        cursor.close()  # a statement that is not at its end would keep the WAL from being checkpointed
        return found

    def batch(self, statements: Sequence[Statement]) -> None:
        execute = self._cursor.execute
        for sql, params in statements:
            execute(sql, params)

    def later(self, sql: str) -> None:
        self._cursor.execute(sql)

    def begin(self) -> None:
        self._raw.execute("BEGIN" if self._read_only else "BEGIN IMMEDIATE")

    def commit(self, last: Sequence[Statement] = ()) -> None:
        self.batch(last)
        self._raw.execute("COMMIT")

    def rollback(self) -> None:
        if self._raw.in_transaction:
            self._raw.execute("ROLLBACK")

    def close(self) -> None:
        self._raw.close()


class Sqlite:
    dialect: Literal["sqlite", "postgresql"] = "sqlite"
    shared = False

    def __init__(self, path: str) -> None:
        self.path = str(Path(path if path.startswith("/") else f"/{path}"))
        self._boot = boot_id()

    def writer(self) -> Connection:
        return SqliteConnection(self.path, read_only=False)

    def reader(self) -> Connection:
        return SqliteConnection(self.path, read_only=True)

    def sqlalchemy_url(self) -> str:
        return f"sqlite:///{self.path}"

    def lock_head(self) -> str:
        return "SELECT epoch, seq FROM journal_head WHERE id = 1"  # BEGIN IMMEDIATE is the lock

    def clock_ms(self, connection: Connection) -> tuple[str, int]:
        del connection
        return self._boot, boot_clock_ms()

    def blame(self, error: BaseException) -> Blame:
        if not isinstance(error, sqlite3.Error):
            # Values that SQLite has no form for: lone surrogates, integers past 64 bits.
            return "unit" if isinstance(error, OverflowError | UnicodeError) else "away"
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return "unit" if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError) else "away"
        kind = code & 0xFF
        if kind in BUSY:
            return "busy"
        return "unit" if kind in UNIT else "away"

    def reading_error(self, error: Exception) -> EventsError:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return QueryTooSlow(f"gave up after {READ_SECONDS:g} s")
        return BadQuery(str(error)) if self.blame(error) == "unit" else DatabaseUnavailable(str(error))

    def may_come_back(self, error: BaseException) -> bool:
        del error
        return False

    def warnings(self) -> list[str]:
        if sqlite3.sqlite_version_info >= FIXED:
            return []
        fixed = ".".join(map(str, FIXED))
        return [
            f"SQLite {sqlite3.sqlite_version}: while the desk runs, use its own commands on desk.db and no other "
            f"program (before {fixed} a second writer may lose commits; docs/operating.md says how to back up)"
        ]
