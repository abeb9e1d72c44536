"""`python web_server.py backup FILE`: a whole desk in two files, made while it runs, and brought back from them."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import requests

from events.databases.sqlite import FIXED
from tests.conftest import SharedDesk, StartServer
from tests.support.alerts import entry
from tests.support.patience import PATIENCE
from tests.support.server import ROOT


def copied(data_dir: Path, file: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "web_server.py"), "backup", str(file)],
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir)} | env,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def test_a_copy_made_under_alerts_starts_as_the_desk_was(start_server: StartServer, tmp_path: Path) -> None:
    """What was acknowledged before the copy is in it, its webhook's token works, and the copy is one sound file.

    Seen to fail without the key.
    """
    server = start_server(SECRET_KEY="", WEBHOOK_TOKEN="")
    webhook = server.get("/api/webhook/health")["setup"]["url"].rsplit("/", 1)[1]
    before = [f["seq"] for f in server.facts()]
    stop = threading.Event()

    def post() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            requests.post(f"{server.url}/webhook/{webhook}", data=entry(n), timeout=PATIENCE)

    sending = threading.Thread(target=post, daemon=True)
    sending.start()
    try:
        while len(before) + 5 > len(server.facts()):
            time.sleep(0.05)
        acknowledged = [f["seq"] for f in server.facts()]
        file = tmp_path / "desk-backup.db"
        done = copied(server.data_dir, file)
        assert done.returncode == 0, done.stderr
        again = copied(server.data_dir, file)
        assert (again.returncode, "never written over" in again.stderr) == (2, True)
    finally:
        stop.set()
        sending.join(PATIENCE)
    key = tmp_path / "desk-backup.db.secret.key"
    assert [stat.S_IMODE(made.stat().st_mode) for made in (file, key)] == [0o600, 0o600]
    assert sorted(p.name for p in tmp_path.glob("desk-backup.db*")) == [file.name, key.name]

    restored = tmp_path / "restored"
    restored.mkdir()
    shutil.copy(file, restored / "desk.db")
    shutil.copy(key, restored / "secret.key")
    second = start_server(data_dir=restored, SECRET_KEY="", WEBHOOK_TOKEN="")
    assert {f["seq"] for f in second.facts()} >= set(acknowledged)
    assert second.get("/api/webhook/health")["setup"]["url"].endswith(webhook)


def test_what_was_just_acknowledged_is_in_the_copy(shared_desk: SharedDesk, tmp_path: Path) -> None:
    """It stands in the `-wal` file, which no copy of `desk.db` alone has.

    Seen to fail with that file copied by itself.
    """
    server = shared_desk()
    assert server.post_alert(entry(1)).ok
    server.wait_processed()
    newest = server.facts()[-1]["seq"]
    assert copied(server.data_dir, tmp_path / "b.db").returncode == 0
    with sqlite3.connect(tmp_path / "b.db") as copy:
        assert copy.execute("SELECT max(seq) FROM journal").fetchone()[0] >= newest


def test_a_desk_that_is_stopped_is_copied_too(template_data_dir: Path, tmp_path: Path) -> None:
    """Nothing runs, nothing is written into the data folder but what SQLite itself needs."""
    data_dir = tmp_path / "data"
    shutil.copytree(template_data_dir, data_dir)
    assert copied(data_dir, tmp_path / "b.db").returncode == 0
    with sqlite3.connect(tmp_path / "b.db") as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_what_cannot_be_copied_is_told(tmp_path: Path) -> None:
    """No desk there, no room for it there, and a desk whose data is elsewhere: 2, and what to do."""
    nowhere = copied(tmp_path / "none", tmp_path / "b.db")
    assert (nowhere.returncode, "DATA_DIR" in nowhere.stderr) == (2, True)
    postgres = copied(tmp_path, tmp_path / "b.db", DATABASE_URL="postgres://u:hunter2@h/d")
    assert (postgres.returncode, "pg_dump" in postgres.stderr, "hunter2" in postgres.stderr) == (2, True, False)
    hosted = {"DYNO": "run.1", "DASHBOARD_PASSWORD": "long enough for a host", "DATABASE_URL": "postgres://u:p@h/d"}
    assert "heroku pg:backups:capture" in copied(tmp_path, tmp_path / "b.db", **hosted).stderr
    assert list(tmp_path.glob("b.db*")) == []


def test_an_old_sqlite_is_told_with_what_to_do(shared_desk: SharedDesk) -> None:
    """Once, at the start, as information: not a warning that names no consequence at every command."""
    log = shared_desk().log
    lines = [line for line in log.splitlines() if "SQLite 3" in line]
    assert len(lines) == (sqlite3.sqlite_version_info < FIXED)
    assert all("use its own commands" in line and "WARNING" not in line.upper() for line in lines)
