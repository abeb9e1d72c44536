"""How often the passing figures are told."""

from web.assembly import App


def test_thousands_of_clients_hear_the_servers_figures_less_often(app: App) -> None:
    """At the usual number of clients the setting holds; of 5,000 each hears them every 10 s, 500 sends a second."""
    assert app.rounds.system_seconds() == app.desk.values.system_health_seconds
    app.desk.count_sockets.append(lambda: {"websocket": 4_000, "ws": 1_000})
    assert app.rounds.system_seconds() == 10.0
