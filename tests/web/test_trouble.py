"""What went wrong on the way in, over HTTP: refusals with what to change, silences, and the states of a past time."""

import pytest
from flask.testing import FlaskClient

from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import ADMIN

SECRET = "hunter2-canary"


def test_refused_alerts_say_what_to_change_and_keep_no_secret(client: FlaskClient) -> None:
    """Newest first, by page, by source and by reason; the text is there without its secret."""
    for body in ('{"side": "buy"', f'{{"secret": "{SECRET}", "side": "buy", "action": "sell"}}', "{}"):
        assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data=body).status_code in (400, 422)
    page = client.get("/api/rejects?limit=2", headers=ADMIN).get_json()
    rest = client.get(f"/api/rejects?cursor={page['next']}", headers=ADMIN).get_json()
    codes = [one["code"] for one in page["items"] + rest["items"]]
    assert codes == ["empty_object", "sides_disagree", "truncated"]
    assert rest["next"] is None
    told = client.get("/api/rejects?code=sides_disagree&source=tradingview", headers=ADMIN).get_json()["items"]
    assert [one["code"] for one in told] == ["sides_disagree"]
    assert all(told[0][name] for name in ("seq", "at", "source", "message", "hint", "raw"))
    assert '"action": "sell"' in told[0]["raw"]
    assert SECRET not in str(told)
    assert client.get("/api/rejects?cursor=x", headers=ADMIN).get_json()["error"]["code"] == "bad_filter"


def test_the_states_of_a_desk_that_heard_nothing_are_unknown(client: FlaskClient) -> None:
    """One segment from the first moment asked for to the last, with its reason."""
    told = client.get("/api/webhook/timeline?from=2026-01-12T00:00:00Z&to=2026-01-13T00:00:00Z", headers=ADMIN)
    assert told.get_json()["items"] == [
        {
            "source": "tradingview",
            "segments": [
                {
                    "from": "2026-01-12T00:00:00.000Z",
                    "to": "2026-01-13T00:00:00.000Z",
                    "state": "unknown",
                    "reason": "not_watched",
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    "query",
    ["from=2026-01-13T00:00:00Z&to=2026-01-12T00:00:00Z", "from=2020-01-01T00:00:00Z&to=2020-03-01T00:00:00Z", "to=x"],
)
def test_times_that_hold_nothing_are_refused(client: FlaskClient, query: str) -> None:
    """The wrong way round, too long, or no time at all."""
    refused = client.get(f"/api/webhook/timeline?{query}", headers=ADMIN)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "bad_query")


def test_an_unknown_source_has_no_timeline(client: FlaskClient) -> None:
    """404, rather than an empty list that looks like silence."""
    assert client.get("/api/webhook/timeline?source=nobody", headers=ADMIN).status_code == 404


def test_a_mute_shows_in_the_source_s_health(client: FlaskClient) -> None:
    """Every browser knows until when nobody is told of the source's silence."""
    client.put("/api/sources/tradingview", json={"muted_until": "2030-01-01T00:00:00Z"}, headers=ADMIN)
    (line,) = client.get("/api/webhook/health", headers=ADMIN).get_json()["items"]
    assert line["muted_until"] == "2030-01-01T00:00:00Z"
