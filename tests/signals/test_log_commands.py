"""Replay and backfill as a user types them, against a real server."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.signals.test_backfill import body, log_of
from tests.support.patience import PATIENCE
from tests.support.server import ROOT, DeskServer


def typed(server: DeskServer, *command: str) -> subprocess.CompletedProcess[str]:
    """One `python -m …` in the server's own environment."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=server.environment(),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )


@pytest.mark.socket
def test_replay_some_then_backfill_the_rest(start_server: StartServer, tmp_path: Path, engine: str) -> None:
    """Thirty of forty alerts are replayed; a backfill stores the other ten once, whether the server runs or not."""
    server = start_server(ASYNC_MODE=engine)
    log = log_of(tmp_path / "log.csv", [body(n) for n in range(40)])
    sent = typed(server, "signals.replay", str(log), "--to", server.webhook, "--limit", "30")
    assert sent.returncode == 0, sent.stderr
    assert "accepted   30" in sent.stdout
    server.wait_processed()
    filled = typed(server, "signals.backfill", str(log))
    assert filled.returncode == 0, filled.stderr
    assert "missing    10" in filled.stdout
    assert "stored     10" in filled.stdout
    server.wait_processed()
    rows = server.get("/api/signals", limit=100)["items"]
    late = [row for row in rows if "backfilled" in [why["code"] for why in row["reasons"]]]
    assert (len(rows), len(late)) == (40, 10)
    assert {row["quantity"] or 0 for row in late} == {0}
    server.stop()
    again = typed(server, "signals.backfill", str(log), "--dry-run")
    assert again.returncode == 0, again.stderr
    assert "missing    0" in again.stdout
