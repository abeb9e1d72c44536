"""The schema is what the contract says, is reached once, and a second start finds it done."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from events import migrate
from events.journal import Journal, open_journal
from runtime import Runtime
from tests.events.test_journal import together

TABLES = (
    *("journal", "journal_head", "cursors", "dead_letters", "deliveries"),
    *("signals", "sources", "source_health", "rejects", "watches"),
    *("leases", "jobs"),
    *("tokens", "sessions", "login_links", "preferences", "models", "settings"),
)


def test_every_table_is_there(journal: Journal) -> None:
    """Each can be read on both databases, also those whose columns bear words of SQL."""
    for table in TABLES:
        journal.query(f"SELECT * FROM {table}")
    journal.query("SELECT row, raw, detail, interval, test FROM signals WHERE interval = :interval", {"interval": "5"})


def test_a_second_start_needs_no_alembic(
    opened: object, sqlite_url: str, threads: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is current is opened without the migration machinery, so the second start is quick."""
    open_journal(sqlite_url, threads).close()

    def refuse(database: object) -> None:
        raise AssertionError

    monkeypatch.setattr(migrate, "_upgrade", refuse)
    open_journal(sqlite_url, threads).close()


def test_the_newest_revision_is_the_one_that_is_looked_for() -> None:
    """`HEAD` is a constant so that Alembic need not be imported; this keeps it true."""
    folder = Path(migrate.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == migrate.HEAD


def test_processes_that_start_together_take_turns(url: str, threads: Runtime) -> None:
    """Four first starts at once on one empty database: one makes the schema, all open it, with one epoch."""
    journals: list[Journal] = []
    together([lambda: journals.append(open_journal(url, threads))] * 4)
    assert len({journal.epoch for journal in journals}) == 1
    assert len(journals) == 4
    for journal in journals:
        journal.close()
