"""SQLite and Postgres behind one small contract: connections, placeholders, and which errors mean what."""

from events.databases.contract import Connection, Database
from events.databases.sqlite import Sqlite

__all__ = ["Connection", "Database", "database_for"]


def database_for(url: str) -> Database:
    """The database of a URL: `sqlite:////abs/path.db`, `postgresql+psycopg://…`, `postgresql://…` or `postgres://…`."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        return Sqlite(rest.removeprefix("/"))
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        # A desk on SQLite starts without the driver, a fifteenth sooner.
        from events.databases.postgres import Postgres

        return Postgres(f"postgresql://{rest}")
    raise ValueError(f"no database for {scheme}://: use sqlite:/// or postgresql://")
