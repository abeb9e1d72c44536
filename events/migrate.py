"""Brings the schema up to date at the start, and costs nothing when it is already."""

from pathlib import Path

from events.databases import Database
from events.errors import DatabaseUnavailable

HEAD = "0005"
LOCK = 5_109_440  # any number, the same in every process: one migrates, the others wait


def up_to_date(database: Database) -> None:
    """Run what is missing. DatabaseUnavailable when the database can't be opened or is ahead of this version."""
    try:
        found = _version(database)
    except Exception as error:
        raise DatabaseUnavailable(str(error).strip()) from error
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise DatabaseUnavailable(
            f"the database has schema {found}, this version knows {HEAD}", hint="Start the newer version again."
        )
    _upgrade(database)


def _upgrade(database: Database) -> None:
    # Alembic is imported only when there is something to do: a second start is quicker without it.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, pool, text

    sqlite = database.dialect == "sqlite"
    # Python's sqlite3 would commit before each statement of the schema: the transaction is begun by hand, so that a
    # kill in the middle leaves nothing half made.
    own_begin = {"connect_args": {"isolation_level": None}} if sqlite else {}
    engine = create_engine(database.sqlalchemy_url(), poolclass=pool.NullPool, **own_begin)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if sqlite:
            connection.execute(text("BEGIN IMMEDIATE"))
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def _version(database: Database) -> str | None:
    connection = database.writer()
    try:
        if database.dialect == "sqlite":
            there = connection.rows("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
        else:
            there = connection.rows("SELECT 1 AS one FROM pg_tables WHERE tablename = 'alembic_version'")
        if not there:
            return None
        found = connection.rows("SELECT version_num FROM alembic_version")
        return str(found[0]["version_num"]) if found else None
    finally:
        connection.close()
