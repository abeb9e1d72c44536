"""Accounts that live elsewhere are reported by whoever may, and nobody can pose as an account of the desk's own."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import ADMIN

FILL = {"account": "Futures 1", "symbol": "MNQ1!", "side": "buy", "quantity": 2, "price": 25118.25, "fees": 1.04}
LONG = {"account": "Futures 1", "symbol": "MNQ1!", "position": "long", "quantity": 2, "entry_price": 25118.25}
WORTH = {"account": "Futures 1", "equity": 50_210.5, "cash": 50_000.0, "currency": "EUR"}


@pytest.fixture
def reporter(client: FlaskClient) -> dict[str, str]:
    """A token that may report and nothing else."""
    made = client.post("/api/tokens", json={"name": "bridge", "scopes": ["report", "read"]}, headers=ADMIN).get_json()
    return {"Authorization": f"Bearer {made['token']}"}


def say(client: FlaskClient, headers: dict[str, str], type_: str, data: dict[str, Any], id: str = "") -> Any:
    event = {"type": type_, "data": data} | ({"id": id} if id else {})
    told = client.post("/api/events", json=[event], headers=headers).get_json()
    return told["items"][0] if "items" in told else told


def test_an_account_is_reported_once_it_is_known(client: FlaskClient, reporter: dict[str, str]) -> None:
    """Fill, position and balances are stored and shown; the same report again changes nothing."""
    refused = say(client, reporter, "trade_executed", FILL)
    assert refused["error"]["code"] == "account_not_external"
    assert client.put("/api/accounts/Futures 1", json={"currency": "USD"}, headers=ADMIN).status_code == 200
    first = say(client, reporter, "trade_executed", FILL, id="fill-0001")
    again = say(client, reporter, "trade_logged", FILL, id="fill-0001")
    assert (again["seq"], again["existing"]) == (first["seq"], True)
    say(client, reporter, "position_event", LONG)
    say(client, reporter, "account_update", WORTH)
    (account,) = client.get("/api/accounts", headers=reporter).get_json()["items"]
    assert (account["equity"], account["cash"]) == (50_210.5, 50_000.0)
    assert account["currency"] == "USD", "in which money it is, is the owner's word"
    (position,) = client.get("/api/positions", headers=reporter).get_json()["items"]
    assert (position["position"], position["quantity"]) == ("long", 2)
    (fill,) = client.get("/api/trades?symbol=MNQ1!", headers=reporter).get_json()["items"]
    assert (fill["origin"], fill["data"]["price"]) == ("external", 25118.25)
    state = client.get("/api/state", headers=reporter).get_json()
    assert (len(state["accounts"]), len(state["positions"])) == (1, 1)
    say(client, reporter, "position_updated", {"account": "Futures 1", "symbol": "MNQ1!", "position": "flat"})
    assert client.get("/api/positions", headers=reporter).get_json()["items"] == []


def test_reporting_needs_its_scope_and_a_sound_report(client: FlaskClient, reporter: dict[str, str]) -> None:
    """A publisher can't report; a fill without a price is refused with the field's name."""
    client.put("/api/accounts/Futures 1", json={}, headers=ADMIN)
    made = client.post("/api/tokens", json={"name": "scan", "scopes": ["publish"]}, headers=ADMIN).get_json()
    publisher = {"Authorization": f"Bearer {made['token']}"}
    assert say(client, publisher, "trade_executed", FILL)["error"]["code"] == "missing_scope"
    told = say(client, reporter, "trade_executed", {**FILL, "price": None})["error"]
    assert (told["code"], "price" in told["message"]) == ("bad_data", True)


def test_a_changed_currency_keeps_the_balances(client: FlaskClient, reporter: dict[str, str]) -> None:
    """Making an account known again changes its currency and nothing else; a name that can't be used is refused."""
    client.put("/api/accounts/Futures 1", json={}, headers=ADMIN)
    say(client, reporter, "account_update", WORTH)
    changed = client.put("/api/accounts/Futures 1", json={"currency": "EUR"}, headers=ADMIN).get_json()
    assert (changed["currency"], changed["equity"]) == ("EUR", 50_210.5)
    assert client.put("/api/accounts/-", json={}, headers=ADMIN).get_json()["error"]["code"] == "bad_account"
    wrong = client.put("/api/accounts/Futures 1", json={"currency": "€"}, headers=ADMIN).get_json()
    assert wrong["error"]["code"] == "bad_account"
