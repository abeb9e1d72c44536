"""Opens the desk's database, for the server and for commands alike, and keeps the secret key where only it lasts."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from events.clock import now_utc, rfc3339
from events.journal import Change, Journal, Unit, open_journal
from web.auth import secrets

if TYPE_CHECKING:
    from runtime import Runtime
    from web.desk import Values

log = logging.getLogger("web.database")


class CannotStart(Exception):
    """The desk can't be put together; the text names the remedy."""


def database_url(values: Values) -> str:
    """Where the desk's database is; it may hold a password."""
    return values.database_url or f"sqlite:///{values.data_dir / 'desk.db'}"


def opened_journal(values: Values, runtime: Runtime, *, wait_seconds: float = 0.0) -> Journal:
    """The journal with its schema brought up to date; a Postgres that is away is waited for.

    Raises CannotStart when the database can't be used.
    """
    began = time.monotonic()
    try:
        return open_journal(
            database_url(values),
            runtime,
            ring=values.ring_facts,
            poll_seconds=values.journal_poll_seconds,
            append_seconds=values.answer_seconds,
            wait_seconds=wait_seconds,
        )
    except Exception as error:
        log.debug("the database can't be opened", exc_info=error)
        where = "DATABASE_URL" if values.database_url else str(values.data_dir / "desk.db")
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        remedy = (
            "check its address, name and password, and that it runs"
            if values.database_url
            else "mend the file or its permissions, restore it, or set DATA_DIR to another folder"
        )
        waited = time.monotonic() - began
        tried = f" (tried for {waited:.0f} s)" if waited > wait_seconds > 0 else ""
        raise CannotStart(f"The database ({where}) can't be opened{tried}: {first}\nWhat to do: {remedy}.") from error


def with_secret_key(values: Values, journal: Journal) -> Values:
    """`values` with a secret key: where the disk passes and none is set, the database keeps one, made once."""
    if values.secret_key:
        return values
    sql = "INSERT INTO settings (key, value, updated_at) VALUES (:key, :value, :now) ON CONFLICT (key) DO NOTHING"
    made = {"key": "secret_key", "value": secrets.new(32), "now": rfc3339(now_utc())}
    journal.append(Unit(changes=[Change(sql, made)]))
    kept = journal.query("SELECT value FROM settings WHERE key = 'secret_key'")[0]["value"]
    log.warning("SECRET_KEY is not set: the database keeps one; set it to keep secrets out of the database")
    return replace(values, secret_key=kept)
