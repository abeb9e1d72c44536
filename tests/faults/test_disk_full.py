"""Nothing can be written, by a limit on the process's files and on a full disk; then there is room again."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.faults.outage import SETTINGS, ride_out
from tests.support.server import DeskServer

FULL_SECONDS = 1.0
DISK_BYTES = 24 << 20
# Room for a part of a commit: what does not fit whole must leave nothing.
ROOM_BYTES = 3 * 4096
NOT_HERE = "this machine lets nobody mount a small disk"


def test_files_may_not_grow(start_server: StartServer) -> None:
    """Files may not grow: 503, no partial row, and alerts again once they may, without a restart.

    Seen to fail without the writer's own look whether the database stores again: it stayed away for good.
    """
    server = start_server(ASYNC_MODE="eventlet", **SETTINGS)
    _, most = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)

    def limit() -> None:
        # What the server says lies in a file too, but in a shorter one.
        longest = (server.data_dir / "desk.db-wal").stat().st_size
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (longest + ROOM_BYTES, most))

    def lift() -> None:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (most, most))

    ride_out(server, limit, lift, FULL_SECONDS)
    assert_sound(server)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 24 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    if shutil.which("mount") is None or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip(NOT_HERE)
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_the_disk_is_full(start_server: StartServer, small_disk: Path, template_data_dir: Path) -> None:
    """A real small file system that is full: the same.

    Seen to fail with each statement committed by itself: alerts that were refused are there, and never processed.
    """
    data_dir = small_disk / "data"
    shutil.copytree(template_data_dir, data_dir)
    server = start_server(data_dir=data_dir, ASYNC_MODE="gevent", **SETTINGS)
    filler = small_disk / "filler"
    ride_out(server, lambda: fill(filler), filler.unlink, FULL_SECONDS)
    assert_sound(server)


def fill(filler: Path) -> None:
    """Until next to nothing is free."""
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            with suppress(OSError):
                while file.write(b"\0" * size):
                    continue
        file.truncate(file.tell() - ROOM_BYTES)


def assert_sound(server: DeskServer) -> None:
    """The file is whole, and what it holds is what is followed."""
    server.stop()
    with sqlite3.connect(server.data_dir / "desk.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        orphans = "SELECT COUNT(*) FROM signals WHERE seq NOT IN (SELECT seq FROM journal)"
        assert connection.execute(orphans).fetchone() == (0,)
        head, last = "SELECT seq FROM journal_head", "SELECT MAX(seq) FROM journal"
        assert connection.execute(head).fetchone() == connection.execute(last).fetchone()
