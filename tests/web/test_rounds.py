"""How often the passing figures are told."""

import math

import pytest

from web.assembly import App


def test_thousands_of_clients_hear_the_servers_figures_less_often(app: App) -> None:
    """At the usual number of clients the setting holds; of 5,000 each hears them every 25 s, 200 sends a second."""
    assert app.rounds.system_seconds() == app.desk.values.system_health_seconds
    app.desk.count_sockets.append(lambda: {"websocket": 4_000, "ws": 1_000})
    assert app.rounds.system_seconds() == 25.0


def test_a_figure_that_is_no_number_costs_its_own_telling_alone(
    app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The sources behind it are told, the round goes on, and the log names the one that was not.

    Seen to fail with a round that ends at it.
    """
    told = [{"source": name, "status": "live", "median_s": median} for name, median in (("a", math.nan), ("b", 1.0))]
    monkeypatch.setattr(app.desk.health, "table", lambda now: told)
    app.rounds.tell_sources()
    assert [one.source for one in app.desk.bus.latest(["webhook_health_update"]).values()] == ["b"]
    assert "webhook_health_update of a" in caplog.text
