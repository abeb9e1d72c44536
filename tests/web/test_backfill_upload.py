"""An alert log is dropped: what was missed is told, then stored, marked and never traded; with progress and cancel."""

import csv
import io
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from tests.support.patience import PATIENCE
from tests.support.real_data import LOGS, found
from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import ADMIN, MakeApp
from tests.web.jobs import ended
from web.assembly import App

SECRET = "hunter2-canary"


def body(n: int) -> str:
    at = (datetime.now(UTC) - timedelta(minutes=300 - n)).strftime("%Y-%m-%dT%H:%M:00Z")
    return json.dumps({"symbol": "MNQ1!", "side": "buy", "price": 25_000 + n, "time": at, "secret": SECRET})


def log_of(bodies: list[str]) -> bytes:
    """An export of these bodies, a minute apart, newest first as TradingView writes it."""
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow(("Alert ID", "Ticker", "Name", "Description", "Time"))
    for n in reversed(range(len(bodies))):
        at = (datetime.now(UTC) - timedelta(minutes=300 - n)).strftime("%Y-%m-%dT%H:%M:%SZ")
        writer.writerow((n, "CME_MINI:MNQ1!, 1m", "", bodies[n], at))
    return told.getvalue().encode()


def drop(client: FlaskClient, log: bytes, **query: str) -> dict[str, Any]:
    """Drops a file and waits for its job."""
    answer = client.post("/api/backfill/upload", data=log, query_string=query, headers=ADMIN)
    assert answer.status_code == 202, answer.text
    return ended(client, answer.get_json()["job"])


def test_what_was_missed_is_told_then_stored_once(app: App, client: FlaskClient) -> None:
    """Of eight logged alerts three never arrived: told first, stored by the second call, and none left for a third."""
    bodies = [body(n) for n in range(8)]
    for n in (0, 1, 3, 4, 6):
        assert client.post(f"/webhook/{WEBHOOK_TOKEN}?symbol=CME_MINI:MNQ1!", data=bodies[n]).status_code == 200
    head = app.desk.journal.head
    told = drop(client, log_of(bodies))["result"]
    assert (told["rows"], told["found"], told["missing"], told["stored"]) == (8, 5, 3, None)
    assert [one["symbol"] for one in told["items"]] == ["CME_MINI:MNQ1!"] * 3
    assert SECRET not in str(told)
    assert app.desk.journal.head == head, "a comparison stores nothing"
    stored = drop(client, log_of(bodies), store="yes")
    assert (stored["state"], stored["done"], stored["total"], stored["result"]["stored"]) == ("done", 3, 3, 3)
    kept = [
        row for row in client.get("/api/signals", headers=ADMIN).get_json()["items"] if row["extra"].get("backfilled")
    ]
    assert sorted(row["price"] for row in kept) == [25_002, 25_005, 25_007]
    again = drop(client, log_of(bodies), store="yes")["result"]
    assert (again["missing"], again["stored"]) == (0, 0)
    totals = [fact.data for fact in app.desk.journal.after(0) if fact.type == "backfill_complete"]
    assert [one["stored"] for one in totals] == [3, 0]


def test_a_cancelled_backfill_says_what_it_stored(app: App, client: FlaskClient) -> None:
    """It ends between two alerts; the fact's total is what is really there; dropping it again stores the rest."""
    log = log_of([body(n) for n in range(300)])
    job = client.post("/api/backfill/upload?store=yes", data=log, headers=ADMIN).get_json()["job"]
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not app.desk.journal.head:
        time.sleep(0.001)
    client.post(f"/api/jobs/{job}/cancel", headers=ADMIN)
    told = ended(client, job)
    (fact,) = [fact for fact in app.desk.journal.after(0, 10_000) if fact.type == "backfill_complete"]
    there = app.desk.journal.query("SELECT COUNT(*) AS n FROM signals")[0]["n"]
    assert told["state"] == "cancelled"
    assert 0 < there < 300
    assert fact.data["stored"] == there
    assert drop(client, log, store="yes")["result"]["stored"] == 300 - there


def test_a_file_that_is_no_log_fails_with_the_reason(client: FlaskClient) -> None:
    """The job says what is wrong with the file and what to do."""
    told = drop(client, b"a,b\n1,2\n")
    assert (told["state"], told["error"]["code"]) == ("failed", "bad_alert_log")
    assert "Description" in told["error"]["message"]
    assert drop(client, "Description,Time\n\xff".encode("latin-1"))["error"]["code"] == "bad_alert_log"


def test_a_log_is_bounded_and_its_source_known(make_app: MakeApp) -> None:
    """Larger than UPLOAD_BYTES is 413, though larger than other bodies may be; an unknown source is 404."""
    client = make_app(upload_bytes=40_000, max_request_bytes=1024).flask.test_client()
    assert drop(client, log_of([body(n) for n in range(20)]))["state"] == "done"
    large = client.post("/api/backfill/upload", data=b"x" * 40_001, headers=ADMIN)
    assert (large.status_code, large.get_json()["error"]["code"]) == (413, "too_large")
    assert client.post("/api/backfill/upload?source=nobody", data=b"", headers=ADMIN).status_code == 404


def test_thousands_of_equal_lines_are_compared_at_once(client: FlaskClient) -> None:
    """A log of one text over and over costs seconds, not minutes."""
    log = b"Description,Time\n" + b"BUY MNQ1! @ 21450.25,2026-01-12T15:00:00Z\n" * 3_000
    began = time.monotonic()
    assert drop(client, log)["result"]["missing"] == 3_000
    took = time.monotonic() - began
    print(f"3,000 equal lines compared in {took:.1f} s")
    assert took < 30


def test_a_real_log(client: FlaskClient) -> None:
    """Every tenth alert of a real export is left out, and exactly those are found."""
    content = found(LOGS[0]).read_bytes()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    for n, row in enumerate(reversed(rows)):
        if n % 10:
            symbol = row["Ticker"].split(",")[0]
            query = {"symbol": symbol}
            answer = client.post(f"/webhook/{WEBHOOK_TOKEN}", query_string=query, data=row["Description"])
            assert answer.status_code == 200
    told = drop(client, content)["result"]
    assert (told["rows"], told["unusable"]) == (len(rows), {})
    assert told["missing"] == len(range(0, len(rows), 10))
