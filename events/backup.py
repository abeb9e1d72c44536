"""A copy of a SQLite journal that may be made while the desk writes: one moment's state, whole, in one file."""

import os
import secrets
import sqlite3
from pathlib import Path
from urllib.parse import quote

BUSY_SECONDS = 30.0


class BackupFailed(Exception):
    """There is no copy; the text says why and what to do."""


def backup(database: Path, target: Path) -> int:
    """Copies `database` to `target`, a file that is not there yet; returns its bytes. Raises BackupFailed.

    Read in one go: writers go on meanwhile, and what they commit then is not in it. The copy is checked, synced and
    readable by its owner alone before it gets its name.
    """
    if target.exists():
        raise BackupFailed(f"{target} is there already, and a backup is never written over: name another file.")
    if not database.is_file():
        raise BackupFailed(f"There is no {database}: is DATA_DIR the desk's?")
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(database, part)
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise BackupFailed(f"{target} can't be written ({why}): is there room, and may it be written?") from error
    return target.stat().st_size


def _copy(database: Path, part: Path) -> None:
    source = sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    copy = sqlite3.connect(part)
    try:
        source.backup(copy)
        # In the copy's own file alone: no -wal belongs to it.
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA quick_check").fetchone()[0]
    finally:
        copy.close()
        source.close()
    if found != "ok":
        raise sqlite3.DatabaseError(f"the copy is not sound: {found}")
    with part.open("rb") as written:
        os.fsync(written.fileno())
