"""The API's subjects: signals, state, sources, health, readiness."""

import pytest
from flask.testing import FlaskClient

from tests.support.alerts import entry
from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import ADMIN
from web.assembly import App


def post(client: FlaskClient, n: int) -> str:
    return str(client.post(f"/webhook/{WEBHOOK_TOKEN}", data=entry(n)).get_json()["signal_id"])


def test_signals_are_paged_newest_first(client: FlaskClient) -> None:
    """Following `next` gives every signal once."""
    ids = [post(client, n) for n in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"/api/signals?limit=2&cursor={cursor}", headers=ADMIN).get_json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == ids[::-1]


def test_a_signal_shows_its_whole_journey(client: FlaskClient) -> None:
    """The row, the raw text without its secret, the steps."""
    found = client.get(f"/api/signals/{post(client, 1)}", headers=ADMIN).get_json()
    assert found["symbol"] == "MNQ1!"
    assert "alert number 1" in found["raw"]
    assert found["journey"]


def test_the_dry_run_explains_and_stores_nothing(app: App, client: FlaskClient) -> None:
    """Every step of a pasted alert; the journal does not move."""
    told = client.post("/api/test-alert", data="BUY MNQ1! @ 25118.25", headers=ADMIN).get_json()
    assert told["ok"]
    assert told["signal"]["side"] == "buy"
    assert app.desk.journal.head == 0


def test_the_state_has_a_position_and_every_part(client: FlaskClient) -> None:
    """What a client starts from."""
    post(client, 1)
    state = client.get("/api/state", headers=ADMIN).get_json()
    assert set(state) == {
        "epoch", "seq", "signals", "sources", "model", "accounts", "positions", "prices", "publishers",
        "health", "settings",
    }  # fmt: skip
    assert state["seq"] == 1
    assert len(state["signals"]) == 1
    assert state["settings"]["equity_assumed"] is True


def test_the_set_up_is_for_the_owner_alone(client: FlaskClient) -> None:
    """The webhook's URL holds its token: a reader does not get it."""
    token = client.post("/api/tokens", json={"name": "r", "scopes": ["read"]}, headers=ADMIN).get_json()["token"]
    reader = client.get("/api/webhook/health", headers={"Authorization": f"Bearer {token}"}).get_json()
    owner = client.get("/api/webhook/health", headers=ADMIN).get_json()
    assert reader["setup"] is None
    assert WEBHOOK_TOKEN in owner["setup"]["url"]
    assert "{{ticker}}" in owner["setup"]["template"]


def test_a_new_source_takes_alerts_and_its_old_token_ends_with_rotation(client: FlaskClient) -> None:
    """Made, used, rotated: only the new URL opens; each change is a fact."""
    made = client.put("/api/sources/scalper", json={"symbol": "NQ1!"}, headers=ADMIN).get_json()
    path = "/webhook/" + made["url"].rsplit("/", 1)[1]
    assert client.post(path, data=entry(1)).status_code == 200
    rotated = client.post("/api/sources/scalper/rotate", headers=ADMIN).get_json()
    assert client.post(path, data=entry(2)).status_code == 401
    assert client.post("/webhook/" + rotated["url"].rsplit("/", 1)[1], data=entry(3)).status_code == 200
    assert client.post("/api/sources/none/rotate", headers=ADMIN).status_code == 404
    knocks = client.get("/api/webhook/health", headers=ADMIN).get_json()["strangers"]
    assert (knocks["count"], knocks["last_at"] is not None) == (1, True)


def test_a_token_of_the_settings_is_not_said_to_be_rotated(client: FlaskClient) -> None:
    """WEBHOOK_TOKEN stays whatever is stored, so a rotation that would change nothing is refused."""
    refused = client.post("/api/sources/tradingview/rotate", headers=ADMIN)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "token_fixed")


@pytest.mark.parametrize(
    "settings",
    [
        {"timezone": "Mars/Olympus"},
        {"mapping": {"sidee": "dir"}},
        {"muted_until": "2026-01-01T00:00:00"},
        {"expected_every_s": 0.001},
    ],
)
def test_a_source_setting_that_would_do_nothing_or_harm_is_refused(
    client: FlaskClient, settings: dict[str, object]
) -> None:
    """A wrong zone or field name is told at once, not silently left out; a time has a zone."""
    refused = client.put("/api/sources/scalper", json=settings, headers=ADMIN)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "bad_source")


def test_a_published_alert_is_external_and_its_id_is_its_key(app: App, client: FlaskClient) -> None:
    """A script that resends an alert by its id, at whatever time, gets one signal; its origin says it is not ours."""
    data = {"symbol": "MNQ1!", "side": "buy", "price": 1}
    alert = {"id": "script-000001", "type": "signal_received", "data": data}
    first = client.post("/api/events", json=[alert], headers=ADMIN).get_json()["items"][0]
    changed = {**alert, "data": {**data, "price": 2}}  # not even another body makes it another alert
    again = client.post("/api/events", json=[changed], headers=ADMIN).get_json()["items"][0]
    assert (first["status"], again["status"], again["signal_id"]) == ("accepted", "duplicate", first["signal_id"])
    assert [fact.origin for fact in app.desk.journal.after(0) if fact.type == "signal_received"] == ["external"]


def test_what_is_left_out_of_a_source_stays(client: FlaskClient) -> None:
    """Settings are changed one by one."""
    client.put("/api/sources/scalper", json={"symbol": "NQ1!"}, headers=ADMIN)
    after = client.put("/api/sources/scalper", json={"long_only": True}, headers=ADMIN).get_json()
    assert (after["symbol"], after["long_only"]) == ("NQ1!", True)


def test_ready_tells_the_truth_about_the_database(
    app: App, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 while it does not answer; alive all the same."""
    assert client.get("/readyz").status_code == 200

    def down(*args: object) -> None:
        raise OSError("down")

    monkeypatch.setattr(app.desk.journal, "query", down)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["ready"]) == (503, False)
    assert client.get("/healthz").status_code == 200


def test_the_system_s_figures_are_there(client: FlaskClient) -> None:
    """For the pages and for a person with curl."""
    told = client.get("/api/system/health", headers=ADMIN).get_json()
    assert {"database", "followers", "sockets", "memory_mb", "loop_delay_ms"} <= set(told)
