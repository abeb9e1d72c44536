"""The data folder: one process owns it, and it keeps what only this machine may know."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any

LOCK = "desk.lock"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SECRET = "secret.key"  # noqa: S105 - a file's name


class FolderError(Exception):
    """The folder can't be used; the text names the remedy."""


class Folder:
    """`path`, made if need be and held by this process until `release`, or until the process ends however it ends.

    `remedy` is what to do on this host when the folder can't be written.
    """

    def __init__(self, path: Path, remedy: str = "") -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FolderError(unwritable(path, error, remedy)) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            holder = owner(path)
            who = f"process {holder['pid']} at {holder['url']}" if holder else "another process"
            raise FolderError(
                f"A Signal Desk ({who}) already uses the data folder {path}: stop that one, or set DATA_DIR to another."
            ) from None
        os.ftruncate(self._lock, 0)  # what a killed process wrote is no longer true

    def tell(self, url: str) -> None:
        """Write who holds the folder and where it listens, for a second start and for commands."""
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, json.dumps({"pid": os.getpid(), "url": url}).encode(), 0)

    def release(self) -> None:
        """Let the next process in."""
        os.ftruncate(self._lock, 0)
        os.close(self._lock)


def owner(path: Path) -> dict[str, Any] | None:
    """`{pid, url}` of the process that wrote the lock last; None when nobody did."""
    try:
        found = json.loads((path / LOCK).read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and {"pid", "url"} <= found.keys() else None


def identity(path: Path) -> str:
    """Names whoever holds this folder: no two living processes share it, and it is the same after a restart.

    Folder and machine make it, not a file in it: a copy of the folder must not become a second holder of one name.
    """
    found = path.stat()
    try:
        boot = BOOT_ID.read_text().strip()
    except OSError:
        boot = "unknown"
    whole = f"{boot}/{socket.gethostname()}/{found.st_dev}/{found.st_ino}"
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def unwritable(path: Path, error: OSError, remedy: str = "") -> str:
    """Why the folder can't be written, and what to do."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"The data folder {path} can't be made, because a file stands in its place: move it, or set DATA_DIR."
    what = f"The data folder {path} can't be written ({error.strerror})"
    if remedy and isinstance(error, PermissionError):
        return f"{what}. {remedy}"
    return f"{what}: mend its permissions, or set DATA_DIR to another."


def secret_key(path: Path) -> str:
    """The folder's own secret, made at the first start, readable by its owner alone."""
    file = path / SECRET
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        kept = file.read_text().strip()
        if len(kept) < 32:
            raise FolderError(
                f"{file} is damaged: restore it, or delete it (webhook URLs and logins change)."
            ) from None
        return kept
    except OSError as error:
        raise FolderError(unwritable(path, error)) from None
    made = secrets.token_hex(32)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(made + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    return made
