"""Teaching over HTTP: point at the fields of a refused alert, see the effect, then save."""

from typing import Any

from flask.testing import FlaskClient

from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import ADMIN
from web.assembly import App

REFUSED = '{"sym": "AAPL", "side": "buy", "action": "sell", "px": 271.4}'
FOREIGN = '{"what": {"it": "AAPL"}, "wohin": "sell", "jetzt": 271.4}'


def post(client: FlaskClient, path: str, **asked: Any) -> Any:
    return client.post(path, json=asked, headers=ADMIN)


def test_an_alert_that_nobody_understood_is_taught_tried_and_then_read(app: App, client: FlaskClient) -> None:
    """By its number: its fields, the dry run with a proposed mapping, and nothing saved until PUT says so."""
    assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data=FOREIGN).status_code == 200
    (unread,) = client.get("/api/signals", headers=ADMIN).get_json()["items"]
    fields = post(client, "/api/alert-fields", seq=unread["seq"]).get_json()
    assert fields["source"] == "tradingview"
    shown = {field["path"]: field["read_as"] for field in fields["alerts"][0]["fields"]}
    assert shown == {"wohin": None, "jetzt": None, "what.it": None}
    mapping = {"symbol": "what.it", "side": "wohin", "price": "jetzt"}
    assert set(mapping) <= set(fields["ours"])
    tried = post(client, "/api/test-alert/proposed", seq=unread["seq"], settings={"mapping": mapping}).get_json()
    assert (tried["signal"]["symbol"], tried["signal"]["side"], tried["signal"]["price"]) == ("AAPL", "sell", 271.4)
    assert tried["steps"][0]["detail"]["rules"]["mapping"] == mapping
    assert app.desk.journal.head == 1
    assert app.desk.sources.default.mapping is None
    client.put("/api/sources/tradingview", json={"mapping": mapping}, headers=ADMIN)
    client.post(f"/webhook/{WEBHOOK_TOKEN}", data=FOREIGN.replace("271.4", "271.5"))
    assert client.get("/api/signals", headers=ADMIN).get_json()["items"][0]["side"] == "sell"


def test_a_refused_alert_shows_its_fields_by_its_number(client: FlaskClient) -> None:
    """With the reason for which it was refused."""
    assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data=REFUSED).status_code == 422
    (rejected,) = client.get("/api/rejects", headers=ADMIN).get_json()["items"]
    (alert,) = post(client, "/api/alert-fields", seq=rejected["seq"]).get_json()["alerts"]
    assert [field["path"] for field in alert["fields"]] == ["sym", "side", "action", "px"]
    assert alert["error"]["code"] == "sides_disagree"


def test_a_source_can_be_tried_before_it_is_made(client: FlaskClient) -> None:
    """Its name and defaults are enough."""
    tried = post(
        client, "/api/test-alert/proposed", body="buy @ 271.4", source="new", settings={"symbol": "AAPL"}
    ).get_json()
    assert tried["signal"]["symbol"] == "AAPL"
    missing = post(client, "/api/test-alert/proposed", body="buy @ 271.4", source="new").get_json()
    assert missing["error"]["code"] == "unknown_source"


def test_what_cannot_be_tried_is_refused(client: FlaskClient) -> None:
    """Nothing to read, both at once, no such number, settings that do not exist."""
    for asked, status, code in (
        ({}, 400, "bad_request"),
        ({"body": "x", "seq": 1}, 400, "bad_request"),
        ({"seq": 999}, 404, "no_such_alert"),
        ({"body": "buy", "settings": {"mapping": {"sidee": "x"}}}, 400, "bad_source"),
        ({"body": "buy", "nonsense": 1}, 400, "bad_request"),
    ):
        refused = post(client, "/api/test-alert/proposed", **asked)
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (status, code), asked
    refused = post(client, "/api/alert-fields", body='{"side": "buy"')
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "truncated")
