"""Exports: whole, and safe to open in a spreadsheet."""

import csv
import io
import json

import pytest
from flask.testing import FlaskClient

from tests.support.alerts import entry
from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import ADMIN
from web.api.exports import cell


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
