"""What people set while the desk runs: checked, journalled as a fact, kept, and the same for everybody."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from events.envelope import Fact
from events.journal import Entry, Unit
from signals import projection
from tests.web.conftest import ADMIN, MakeApp
from web.assembly import App
from web.chosen import Chosen


def put(client: FlaskClient, key: str, value: dict[str, Any]) -> Any:
    return client.put(f"/api/settings/{key}", json=value, headers=ADMIN)


def updates(app: App) -> list[Fact]:
    return [fact for fact in app.desk.journal.after(0) if fact.type == "settings_update"]


def test_a_change_is_a_fact_that_says_who_from_and_to(app: App, client: FlaskClient) -> None:
    """The answer is the whole value now; what was left out stays; the fact carries before and after."""
    assert put(client, "high_confidence", {"probability": 0.8}).get_json() == {"notify": False, "probability": 0.8}
    assert put(client, "high_confidence", {"notify": True}).get_json() == {"notify": True, "probability": 0.8}
    (_, fact) = updates(app)
    assert fact.data == {
        "name": "high_confidence",
        "change": "saved",
        "before": {"notify": False, "probability": 0.8},
        "after": {"notify": True, "probability": 0.8},
        "who": "owner",
        "principal_id": None,
    }


def test_setting_what_is_set_already_says_nothing(app: App, client: FlaskClient) -> None:
    """A second identical PUT leaves the journal as it is."""
    put(client, "display", {"theme": "light"})
    put(client, "display", {"theme": "light"})
    assert len(updates(app)) == 1


def test_the_snapshot_has_every_choice(client: FlaskClient) -> None:
    """A browser that joins sees what was set before, defaults where nothing was; a person's own only once chosen."""
    chosen = client.get("/api/state", headers=ADMIN).get_json()["settings"]["chosen"]
    assert "display" not in chosen
    put(client, "display", {"clock": "utc"})
    chosen = client.get("/api/state", headers=ADMIN).get_json()["settings"]["chosen"]
    assert chosen["display"]["clock"] == "utc"
    assert chosen["high_confidence"] == {"notify": False, "probability": 0.7}
    assert chosen["activity_presets"] == {"presets": []}


def test_a_display_preference_is_one_person_s(app: App, client: FlaskClient) -> None:
    """It stands under its principal, and its fact names them; another person still sees the default."""
    put(client, "display", {"theme": "light"})
    assert updates(app)[0].data["principal_id"] == "owner"
    assert app.desk.chosen.get("display", "owner")["theme"] == "light"
    assert app.desk.chosen.get("display", "somebody")["theme"] == "dark"


def test_choices_survive_a_restart_and_a_reset_ends_them(app: App, client: FlaskClient) -> None:
    """The tables alone bring them back; after a reset there is nothing to bring."""
    put(client, "display", {"theme": "light"})
    put(client, "high_confidence", {"notify": True})
    again = Chosen(app.desk.journal)
    assert again.get("display", "owner")["theme"] == "light"
    assert again.get("high_confidence", "owner")["notify"] is True
    for key in ("display", "high_confidence"):
        assert client.delete(f"/api/settings/{key}", headers=ADMIN).status_code == 200
    fresh = Chosen(app.desk.journal)
    assert [fresh.is_set(key, "owner") for key in ("display", "high_confidence")] == [False, False]
    assert [fact.data["after"] for fact in updates(app)[2:]] == [None, None]


def test_the_tables_follow_from_the_facts_alone(app: App, client: FlaskClient, make_app: MakeApp) -> None:
    """Another desk that is given the facts has the same sources, settings and preferences, to the last column."""
    put(client, "display", {"theme": "light"})
    put(client, "activity_presets", {"presets": [{"name": "errors", "levels": ["ERROR"]}]})
    client.put("/api/sources/scalper", json={"mapping": {"side": "dir"}}, headers=ADMIN)
    client.put("/api/sources/scalper", json={"muted_until": "2030-01-01T00:00:00Z"}, headers=ADMIN)
    client.post("/api/sources/scalper/rotate", headers=ADMIN)
    client.delete("/api/settings/display", headers=ADMIN)
    other = make_app().desk.journal
    for fact in app.desk.journal.after(0):
        other.append(Unit(entries=[Entry(fact, projection.changes(fact))]))
    for table, order in (("sources", "name"), ("settings", "key"), ("preferences", "key")):
        sql = f"SELECT * FROM {table} ORDER BY {order}"
        assert other.query(sql) == app.desk.journal.query(sql), table
    assert len(other.query("SELECT 1 FROM sources")) == 1


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("high_confidence", {"probability": 1.2}, "less than or equal to 1"),
        ("high_confidence", {"probabilty": 0.5}, "Extra inputs"),
        ("display", {"theme": "pink"}, "theme"),
        ("activity_presets", {"presets": [{"name": "x", "types": ["nonsense"]}]}, "nonsense"),
        ("activity_presets", {"presets": [{"name": "x", "regex": "("}]}, "RE2"),
        ("activity_presets", {"presets": [{"name": "x"}, {"name": "x"}]}, "same name"),
        ("activity_presets", {"presets": [{"name": str(n)} for n in range(21)]}, "at most 20"),
        (
            "activity_presets",
            {"presets": [{"name": str(n), "q": "é" * 200, "regex": "é" * 200} for n in range(20)]},
            "too large",
        ),
    ],
)
def test_a_value_that_is_not_of_its_schema_is_refused(
    app: App, client: FlaskClient, key: str, value: dict[str, Any], said: str
) -> None:
    """It is told what is wrong, and nothing is stored."""
    refused = put(client, key, value)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, "bad_setting")
    assert said in refused.get_json()["error"]["message"]
    assert updates(app) == []


def test_an_unknown_setting_is_told_its_nearest(client: FlaskClient) -> None:
    """404 with the name that was probably meant."""
    refused = put(client, "high_confidense", {})
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (404, "unknown_setting")
    assert "high_confidence" in refused.get_json()["error"]["hint"]
    assert client.get("/api/settings/secret_key", headers=ADMIN).status_code == 404


def test_a_reader_sees_choices_and_changes_none(client: FlaskClient) -> None:
    """Scope `read` lists them with their schemas; a change needs `admin`."""
    token = client.post("/api/tokens", json={"name": "r", "scopes": ["read"]}, headers=ADMIN).get_json()["token"]
    reader = {"Authorization": f"Bearer {token}"}
    items = client.get("/api/settings", headers=reader).get_json()["items"]
    assert {item["key"]: item["of"] for item in items}["display"] == "person"
    assert all(item["schema"]["type"] == "object" for item in items)
    assert client.put("/api/settings/display", json={}, headers=reader).status_code == 403


def test_a_value_of_another_version_is_read_as_far_as_it_goes(app: App) -> None:
    """A field that is no more is left out; a value that can't be read is the default."""
    for key, after in (("display", {"theme": "light", "gone": 1}), ("high_confidence", {"probability": 7})):
        data = {"name": key, "change": "saved", "before": None, "after": after, "who": "owner"}
        data["principal_id"] = "owner" if key == "display" else None
        fact = Fact(type="settings_update", source="desk", message=key, data=data)
        app.desk.journal.append(Unit(entries=[Entry(fact, projection.changes(fact))]))
    for chosen in (app.desk.chosen, Chosen(app.desk.journal)):
        assert chosen.get("display", "owner") == {
            "theme": "light", "palette": "default", "clock": "exchange", "density": "compact", "shortcuts": True,
        }  # fmt: skip
        assert chosen.get("high_confidence", "owner")["probability"] == 0.7
