"""The command `python -m events.rebuild`: beside a running server as a job, and in the folder where none runs."""

import sqlite3
import subprocess
import sys
from typing import Any

import pytest
from flask.testing import FlaskClient

from events.journal import Change, Unit
from tests.conftest import StartServer
from tests.support.alerts import entry
from tests.support.patience import PATIENCE
from tests.support.server import ROOT, WEBHOOK_TOKEN, DeskServer
from tests.web.conftest import ADMIN, MakeApp
from tests.web.gateway.following import wait_for
from tests.web.jobs import ended
from web.assembly import App


def rebuild(server: DeskServer) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "events.rebuild"]
    return subprocess.run(
        command, cwd=ROOT, env=server.environment(), capture_output=True, text=True, timeout=2 * PATIENCE, check=False
    )


def spoil(server: DeskServer, sql: str) -> None:
    with sqlite3.connect(server.data_dir / "desk.db") as raw:
        raw.execute(sql)
    raw.close()


def state(server: DeskServer) -> dict[str, Any]:
    found: dict[str, Any] = server.get("/api/state")
    return {name: found[name] for name in ("epoch", "signals", "settings")}


def test_the_command_works_beside_a_server_and_without(start_server: StartServer) -> None:
    """The snapshot is the same before the damage and after; the folder is left clean; alerts go on meanwhile."""
    server = start_server()
    for n in range(20):
        server.post_alert(entry(n))
    server.wait_processed()
    before = state(server)
    spoil(server, "UPDATE signals SET status = 'open', row = '{}' WHERE seq % 2 = 0")
    done = rebuild(server)
    assert "of signals. Every process has been told" in done.stdout, done.stdout + done.stderr
    assert state(server) == before
    assert server.post_alert(entry(21)).status_code == 200
    jobs = server.get("/api/jobs")["items"]
    assert [(job["name"], job["state"]) for job in jobs] == [("rebuild", "done")]
    assert jobs[0]["done"] == jobs[0]["total"] > 40
    server.wait_processed()
    assert server.stop() == 0
    spoil(server, "DELETE FROM signals")
    done = rebuild(server)
    assert "Put right: 21 of signals." in done.stdout, done.stdout + done.stderr
    assert list(server.data_dir.glob("rebuild-*")) == []


@pytest.mark.postgres
def test_every_process_reads_its_memory_anew(make_app: MakeApp, postgres_url: str) -> None:
    """What another process read from tables that were wrong is right there a moment after the rebuild, without a start.

    People are told by a line of activity. Seen to fail without `follow_mending`.
    """
    here = make_app(database_url=postgres_url)
    here.desk.sources.save("swing", "me", symbol="AAPL")
    here.desk.chosen.save("high_confidence", {"probability": 0.9}, "owner")
    spoiled = ("UPDATE sources SET config = '{}'", "DELETE FROM settings WHERE key = 'high_confidence'")
    here.desk.journal.append(Unit(changes=[Change(sql) for sql in spoiled]))
    there = make_app(database_url=postgres_url).desk
    assert not there.chosen.is_set("high_confidence", "owner")
    client = here.flask.test_client()
    told = ended(client, client.post("/api/rebuild", headers=ADMIN).get_json()["job"])
    assert told["result"]["mended"] == {"sources": 1, "settings": 1}
    wait_for(lambda: there.chosen.is_set("high_confidence", "owner"))
    found = there.sources.get("swing")
    assert found is not None
    assert found.symbol == "AAPL"
    assert "1 of sources" in there.journal.after(0)[-1].message


def test_a_child_that_dies_changes_nothing_and_is_explained(
    app: App, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The job ends with a reason code and what to do, and the log names the cause."""
    assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data=entry(1)).status_code == 200
    app.desk.journal.append(Unit(changes=[Change("ALTER TABLE rejects RENAME TO elsewhere")]))
    begun = client.post("/api/rebuild", headers=ADMIN)
    assert begun.status_code == 202
    told = ended(client, begun.get_json()["job"])
    assert (told["state"], told["error"]["code"]) == ("failed", "rebuild_failed")
    assert "Nothing was changed" in told["error"]["hint"]
    assert "no such table: rejects" in caplog.text
