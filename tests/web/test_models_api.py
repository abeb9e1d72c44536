"""The ML hub's figures over HTTP: from the model's own card, and plain about what the card does not have."""

import pytest
from flask.testing import FlaskClient

import config
from tests.conftest import StartServer
from tests.documented import table
from tests.support.alerts import entry
from tests.web.conftest import ADMIN
from web_server import sizing_rules

SIZING = {row[0].lower() for row in table("configuration.md", "Sizing")} - {"max_daily_loss"}


def test_a_desk_without_a_model_says_so(client: FlaskClient) -> None:
    """No card, no scores, and the rules that are in force all the same."""
    told = client.get("/api/models/summary", headers=ADMIN).get_json()
    assert (told["model"]["status"], told["scored"], told["last"]) == ("missing", 0, [])
    assert told["sizing"]["risk_per_trade"] == 0.005
    assert told["high_confidence"] == {"notify": False, "probability": 0.7}


def test_the_starter_s_scores_are_there_and_its_missing_importance_is_said(start_server: StartServer) -> None:
    """A real server's starter model: predictions with contributions, no importance, and a note instead of zeros."""
    server = start_server()
    for n in range(5):
        assert server.post_alert(entry(n)).ok
    server.wait_processed()
    told = server.get("/api/models/summary")
    assert told["model"]["status"] == "starter"
    assert (told["entries"], told["scored"], len(told["last"])) == (5, 5, 5)
    assert told["last"][0]["contributions"]
    assert told["strength"][0]["mean_abs_log_odds"] > 0
    assert told["importance"] is None
    assert "no importance" in told["importance_note"]


@pytest.mark.parametrize("name", sorted(SIZING))
def test_every_sizing_setting_reaches_the_size(name: str) -> None:
    """Set alone, it changes the rules; only MAX_DAILY_LOSS is shown and nothing else, as its line says."""
    as_they_are = sizing_rules(config.Settings())
    given = {"account_currency": " eur "}.get(name, 0.07)
    assert sizing_rules(config.Settings(**{name: given})) != as_they_are


def test_an_equity_is_assumed_until_it_is_set() -> None:
    """Also one that is set to what would be assumed."""
    assert (sizing_rules(config.Settings()).equity, sizing_rules(config.Settings()).equity_assumed) == (50_000.0, True)
    assert not sizing_rules(config.Settings(account_equity=50_000.0)).equity_assumed
