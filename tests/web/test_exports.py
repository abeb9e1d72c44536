"""Exports: whole, and safe to open in a spreadsheet."""

import csv
import gzip
import io
import json
import time

import pytest
from flask.testing import FlaskClient

from events.journal import Change, Unit
from tests.support.alerts import entry
from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import ADMIN, MakeApp
from web.assembly import App
from web.exporting import EXPORTS, cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil")'])
def test_text_that_would_run_as_a_formula_is_disarmed(text: str) -> None:
    """An alert's text may hold anything; a spreadsheet must show it, not run it."""
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1.5, 0, None, "BUY"])
def test_other_values_stay_as_they_are(value: object) -> None:
    """Negative numbers are numbers."""
    assert cell(value) == value


def test_the_exports_hold_every_row(client: FlaskClient) -> None:
    """More than one page of them, newest signals first, oldest events first."""
    for n in range(7):
        assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data=entry(n)).status_code == 200
    signals = list(csv.DictReader(io.StringIO(client.get("/api/export/signals.csv", headers=ADMIN).text)))
    events = list(csv.DictReader(io.StringIO(client.get("/api/export/events.csv", headers=ADMIN).text)))
    assert [int(row["seq"]) for row in signals] == [7, 6, 5, 4, 3, 2, 1]
    assert [int(row["seq"]) for row in events] == [1, 2, 3, 4, 5, 6, 7]
    assert json.loads(events[0]["data"])["symbol"] == "MNQ1!"


def test_the_journal_comes_as_lines_and_packed(client: FlaskClient) -> None:
    """One envelope a line; packed as a file, or on its way where the client accepts that."""
    for n in range(3):
        client.post(f"/webhook/{WEBHOOK_TOKEN}", data=entry(n))
    plain = client.get("/api/export/journal.ndjson", headers=ADMIN)
    assert [json.loads(line)["seq"] for line in plain.text.splitlines()] == [1, 2, 3]
    packed = client.get("/api/export/journal.ndjson.gz", headers=ADMIN)
    assert gzip.decompress(packed.data) == plain.data
    coded = client.get("/api/export/journal.ndjson", headers=ADMIN | {"Accept-Encoding": "gzip"})
    assert coded.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(coded.data) == plain.data


# What an export must not hold (secrets, logins), and what a process remembers about its own work.
KEPT = {"tokens", "sessions", "login_links", "journal_head", "cursors", "deliveries", "leases", "watches"} | {
    *("source_health", "alembic_version")
}


def test_every_table_is_exported_or_known_not_to_be(app: App, client: FlaskClient) -> None:
    """A new table needs an export, or a reason. What people chose is there; the secret key beside it is not."""
    found = app.desk.journal.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    named = {"journal": "events", "dead_letters": "dead-letters"}
    assert {named.get(row["name"], row["name"]) for row in found} - KEPT == set(EXPORTS)
    client.put("/api/settings/high_confidence", headers=ADMIN, json={"probability": 0.9})
    secret = {"key": "secret_key", "value": "canary", "now": "2026-01-07T14:31:45.123Z"}
    app.desk.journal.append(Unit(changes=[Change("INSERT INTO settings VALUES (:key, :value, :now)", secret)]))
    told = client.get("/api/export/settings.csv", headers=ADMIN).text
    assert "high_confidence" in told
    assert "canary" not in told


@pytest.mark.postgres
def test_every_table_can_be_exported_from_postgres(make_app: MakeApp, postgres_url: str) -> None:
    """The same statements read both databases."""
    client = make_app(database_url=postgres_url).flask.test_client()
    for table in EXPORTS:
        test_every_table_can_be_exported(client, table)


@pytest.mark.parametrize("table", EXPORTS)
def test_every_table_can_be_exported(client: FlaskClient, table: str) -> None:
    """Its columns first; no row of any table breaks it."""
    client.post(f"/webhook/{WEBHOOK_TOKEN}", data='{"symbol": "NQ1!", "side":')
    client.put("/api/sources/=scanner", headers=ADMIN, json={})
    answer = client.get(f"/api/export/{table}.csv", headers=ADMIN)
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == list(EXPORTS[table].columns)
    assert all(len(row) == len(rows[0]) for row in rows)
    assert (table != "rejects") or ("=" not in rows[1][0] and rows[1][3] == "truncated" and "NQ1!" in rows[1][6])
    assert "test-webhook-token" not in answer.text


def test_a_span_and_types_narrow_an_export(app: App, client: FlaskClient) -> None:
    """`from` is included, `to` is not; types are those named; what can't be read is refused."""
    for n in range(4):
        client.post(f"/webhook/{WEBHOOK_TOKEN}", data=entry(n))
        time.sleep(0.005)
    client.post(f"/webhook/{WEBHOOK_TOKEN}", data="")
    times = [fact.timestamp for fact in app.desk.journal.after(0)]
    span = {"from": times[1], "to": times[3]}
    for what in ("events.csv", "signals.csv"):
        text = client.get(f"/api/export/{what}", headers=ADMIN, query_string=span).text
        assert sorted(int(row["seq"]) for row in csv.DictReader(io.StringIO(text))) == [2, 3]
    types = {"types": "signal_rejected,event"}
    lines = client.get("/api/export/journal.ndjson", headers=ADMIN, query_string=types).text.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["signal_rejected"]
    refused = client.get("/api/export/events.csv", headers=ADMIN, query_string={"from": "yesterday"})
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "bad_query")
    refused = client.get("/api/export/events.csv", headers=ADMIN, query_string={"types": "signal_rejectd"})
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "unknown_type")
