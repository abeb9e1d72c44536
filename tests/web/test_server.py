"""The real server as a process: what it prints, what it refuses, and how it ends. Sockets, so under both engines."""

import csv
import json
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import SharedDesk, StartServer, wait_for_model
from tests.support.alerts import entry
from tests.support.patience import PATIENCE, PATIENT
from tests.support.server import API_TOKEN, ROOT, WEBHOOK_TOKEN, DeskServer, content_type


def run(server: DeskServer, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A command beside the server, with its settings."""
    return subprocess.run(
        [sys.executable, "web_server.py", *arguments],
        cwd=ROOT,
        env=server.environment() | env,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module", params=["eventlet", "gevent"])
def running(
    request: pytest.FixtureRequest, template_data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[DeskServer]:
    """A server of each engine that was started a moment ago, and that nobody stops."""
    folder = tmp_path_factory.mktemp("running") / "data"
    shutil.copytree(template_data_dir, folder)
    with DeskServer(folder, {**PATIENT, "ASYNC_MODE": request.param}) as server:
        yield server


@pytest.mark.socket
def test_an_idle_server_is_small(running: DeskServer) -> None:
    """At most 250 MB, with its model loaded."""
    wait_for_model(running)
    assert running.rss_mb() <= 250


@pytest.mark.socket
def test_the_printed_line_is_taken(running: DeskServer) -> None:
    """Pasting the `curl` line as it stands yields `take` and at least one MNQ."""
    line = next(line for line in running.log.splitlines() if line.startswith("curl "))
    done = subprocess.run(["bash", "-c", f"{line} -s"], capture_output=True, text=True, timeout=PATIENCE, check=True)
    signal_id = json.loads(done.stdout)["signal_id"]
    running.wait_processed()
    row = running.get(f"/api/signals/{signal_id}")
    assert row["verdict"] == "take"
    assert row["quantity"] >= 1
    assert row["symbol"].startswith("MNQ")


@pytest.mark.socket
def test_the_printed_link_logs_in_once(running: DeskServer) -> None:
    """Open it, press the button, be in; a second browser is too late."""
    found = re.search(r"^Log in\s+(\S+)$", running.log, re.MULTILINE)
    assert found
    browser = requests.Session()
    assert browser.get(found[1], timeout=PATIENCE).status_code == 200
    assert browser.post(found[1], timeout=PATIENCE, allow_redirects=False).status_code == 303
    assert browser.get(f"{running.url}/api/session", timeout=PATIENCE).json()["csrf"]
    assert requests.post(found[1], timeout=PATIENCE, allow_redirects=False).status_code == 410


@pytest.mark.socket
def test_a_chunked_alert_is_read(running: DeskServer) -> None:
    """A body without a length is not taken for empty, and its size is bounded too."""
    body = json.dumps({"symbol": "MNQ1!", "side": "buy", "price": 25118.25}).encode()
    chunks = (body[n : n + 10] for n in range(0, len(body), 10))
    answer = requests.post(running.webhook, data=chunks, headers={"Content-Type": content_type(body)}, timeout=PATIENCE)
    assert answer.json()["status"] == "accepted"
    answer = requests.post(running.webhook, data=(b"x" * 1000 for _ in range(80)), timeout=PATIENCE)
    assert answer.status_code == 413


@pytest.mark.socket
def test_sigterm_ends_an_idle_server_at_once_and_no_token_is_in_the_log(start_server: StartServer, engine: str) -> None:
    """Exit code 0, nothing on the way but words, far sooner than a stop may take; and neither the access log nor an
    error names a token that stood in a path, a header or a query.
    """
    server = start_server(ASYNC_MODE=engine, LOG_LEVEL="debug", SHUTDOWN_SECONDS="60")
    canary = "canary-5f4dcc3b5aa765d61d83"
    for method in ("GET", "POST"):
        requests.request(method, f"{server.url}/webhook/{canary}", timeout=PATIENCE)
        requests.request(method, f"{server.url}/login/{canary}", timeout=PATIENCE)
    requests.get(
        f"{server.url}/api/state?token={canary}", headers={"Authorization": f"Bearer {canary}"}, timeout=PATIENCE
    )
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 20
    assert "Traceback" not in server.log
    assert canary not in server.log
    assert API_TOKEN not in server.log


def test_an_unwritable_folder_is_told() -> None:
    """The folder is named, with what to do; nobody, root included, may write this one."""
    done = run(DeskServer(Path("/proc/signal-desk")))
    assert done.returncode == 2
    assert "/proc/signal-desk" in done.stderr
    assert "DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_killed_server_leaves_no_lock_and_keeps_its_key(start_server: StartServer) -> None:
    """After `kill -9` the next start goes through; webhook URLs survive it, and only the owner may read the key."""
    server = start_server(SECRET_KEY="", WEBHOOK_TOKEN="")
    first = server.get("/api/webhook/health")["setup"]["url"]
    server.kill()
    server.start()
    assert server.get("/api/webhook/health")["setup"]["url"] == first
    assert WEBHOOK_TOKEN not in first
    assert stat.S_IMODE((server.data_dir / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("runs", [True, False])
def test_commands_work_with_and_without_a_running_server(
    request: pytest.FixtureRequest,
    shared_desk: SharedDesk,
    template_data_dir: Path,
    tmp_path: Path,
    runs: bool,
) -> None:
    """A token made from the shell opens the door, and so does a link, whoever wrote them to the database; `backfill`
    finds its way to the desk by itself, running or not, and a second one finds nothing to do.
    """
    rows = [("1", "MNQ1!", "n", entry(n, comment=f"{runs} {n}"), f"2026-01-12T15:0{n}:00Z") for n in range(3)]
    log = tmp_path / "log.csv"
    with log.open("w", newline="") as file:
        csv.writer(file).writerows([("Alert ID", "Ticker", "Name", "Description", "Time"), *rows])
    own = tmp_path / "data"
    server = shared_desk() if runs else DeskServer(Path(shutil.copytree(template_data_dir, own)), PATIENT)
    made = run(server, "token", "--scopes", "read", "--name", "reader")
    link = run(server, "login-link")
    assert (made.returncode, link.returncode) == (0, 0), made.stderr + link.stderr
    first, second = (run(server, "backfill", str(log)) for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert re.search(r"stored\s+3", first.stdout)
    assert re.search(r"missing\s+0", second.stdout)
    if not runs:
        assert "no-such-file" in run(server, "backfill", "no-such-file.csv").stderr
        request.addfinalizer(server.start().stop)
    token = made.stdout.splitlines()[0]
    answer = requests.get(f"{server.url}/api/signals", headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE)
    assert answer.status_code == 200
    assert {f"{runs} {n}" for n in range(3)} <= {one["extra"].get("comment") for one in answer.json()["items"]}
    assert requests.post(link.stdout.splitlines()[0], timeout=PATIENCE, allow_redirects=False).status_code == 303


@pytest.mark.postgres
def test_a_host_logs_no_link_and_no_token(start_server: StartServer, postgres_url: str) -> None:
    """On a hosted platform the output is a log: the password alone opens the door, and the database keeps the key."""
    server = start_server(
        DYNO="web.1",
        HOST="127.0.0.1",
        DATABASE_URL=postgres_url.replace("postgresql://", "postgres://"),
        DASHBOARD_PASSWORD="long enough for a host",
        SECRET_KEY="",
        WEBHOOK_TOKEN="",
    )
    assert "/login/" not in server.log
    assert "/webhook/" not in server.log
    url = server.get("/api/webhook/health")["setup"]["url"]
    server.stop()
    server.start()
    assert server.get("/api/webhook/health")["setup"]["url"] == url
