"""How often the passing figures are told."""

import math

import pytest

from web.assembly import App


def test_thousands_of_clients_hear_the_servers_figures_as_often_as_heartbeats(app: App) -> None:
    """At the usual number of clients the setting holds; of thousands each hears them just before a heartbeat is due,
    which then goes along. Half as many hear both twice as often.

    Seen to fail with 25 s for 5,000, and with 49 s for 8,192: then a heartbeat needs a send of its own.
    """
    assert app.rounds.system_seconds() == app.desk.values.system_health_seconds
    due = app.desk.values.heartbeat_seconds
    clients = {"websocket": 0, "ws": 1_000}
    app.desk.count_sockets.append(lambda: clients)
    for clients["websocket"] in (4_000, 7_192):
        assert 0.9 * due < app.rounds.system_seconds() < due
    clients["websocket"] = 1_500
    assert 0.5 * due < app.rounds.system_seconds() < 0.6 * due


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
