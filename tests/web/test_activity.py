"""The journal backwards over HTTP: pages without gap or repeat, filters, times, and expressions that are refused."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import ADMIN
from web.api import activity

KINDS = ("scan", "strategy", "order", "profit", "rebalance", "info", "warning", "error")


@pytest.fixture
def told(client: FlaskClient) -> FlaskClient:
    """Sixteen activity lines, of every kind."""
    lines = [
        {
            "type": "event",
            "source": f"script {n % 2}",
            "message": f"line {n}",
            "level": "WARNING" if n % 8 == 0 else "INFO",
            "symbol": "ES1!" if n % 4 == 0 else None,
            "data": {"event_type": KINDS[n % 8]},
        }
        for n in range(16)
    ]
    assert client.post("/api/events", json={"items": lines}, headers=ADMIN).status_code == 200
    return client


def ask(client: FlaskClient, path: str = "/api/activity", **query: Any) -> Any:
    return client.get(path, query_string=query, headers=ADMIN).get_json()


def lines(client: FlaskClient, **query: Any) -> list[int]:
    return [int(one["message"].split()[1]) for one in ask(client, **query)["items"]]


def test_pages_go_backwards_without_gap_or_repeat(told: FlaskClient) -> None:
    """Newest first, by cursor, to the very first."""
    found: list[int] = []
    cursor = ""
    while True:
        page = ask(told, limit=5, cursor=cursor)
        found += [one["seq"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == list(range(16, 0, -1))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kinds": "order,profit"}, [11, 10, 3, 2]),
        ({"level": "WARNING,ERROR"}, [8, 0]),
        ({"source": "script 1", "symbols": "ES1!"}, []),
        ({"symbols": "ES1!"}, [12, 8, 4, 0]),
        ({"types": "error"}, []),
        ({"q": "LINE 1"}, [15, 14, 13, 12, 11, 10, 1]),
        ({"regex": "^line [24]$"}, [4, 2]),
    ],
)
def test_filters_narrow_list_and_chart_alike(told: FlaskClient, query: dict[str, str], found: list[int]) -> None:
    """What the chart counts is what the list shows."""
    assert lines(told, **query) == found
    counted = ask(told, "/api/activity/timeline", **query)["items"]
    assert sum(sum(step["counts"].values()) for step in counted) == len(found)


def test_a_time_is_jumped_to(told: FlaskClient) -> None:
    """`until` ends before that time, `since` begins with it; a plus sign that a URL turned into a space is no harm."""
    assert ask(told, until="2020-01-01T00:00:00Z")["items"] == []
    assert len(ask(told, since="2020-01-01T00:00:00+01:00")["items"]) == 16
    assert len(ask(told, since="2020-01-01T00:00:00 01:00")["items"]) == 16
    assert ask(told, since="2100-01-01T00:00:00Z")["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"regex": "(?=a)"},
        {"level": "LOUD"},
        {"kinds": "dance"},
        {"types": "no_such_type"},
        {"until": "yesterday"},
        {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
    ],
)
def test_a_filter_that_cannot_be_used_says_why(told: FlaskClient, query: dict[str, str]) -> None:
    """A reason and a hint, never an empty list."""
    answer = told.get("/api/activity/timeline", query_string=query, headers=ADMIN)
    assert answer.status_code == 400
    assert answer.get_json()["error"]["message"]
    assert answer.get_json()["error"]["hint"]


def test_what_is_filtered_can_be_taken_away(told: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The export holds what the list shows, page after page, as text that no spreadsheet runs."""
    monkeypatch.setattr(activity, "EXPORT_PAGE", 3)
    formula = {"type": "event", "source": "script 0", "message": "=1+1", "data": {"event_type": "scan"}}
    assert told.post("/api/events", json=formula, headers=ADMIN).status_code == 200
    answer = told.get("/api/activity/export.csv?source=script 0", headers=ADMIN)
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert [one["message"] for one in found] == ["'=1+1", *(f"line {n}" for n in range(14, -1, -2))]
    refused = told.get("/api/activity/export.csv?regex=(", headers=ADMIN)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "bad_query")
