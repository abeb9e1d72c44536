"""What the API answers is what it declares: the dashboard's client is made from these declarations."""

from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import BaseModel

from tests.conftest import StartServer
from tests.support.alerts import entry
from tests.support.server import API_TOKEN, DeskServer
from web import alert_shapes
from web.assembly import App

ADMIN = {"Authorization": f"Bearer {API_TOKEN}"}


@pytest.fixture
def fed(start_server: StartServer) -> DeskServer:
    """A server with a few scored signals, one of them closed with a win."""
    server = start_server()
    for n in range(1, 7):
        assert server.post_alert(entry(n, trade_id=f"T-{n}")).status_code == 200
    server.wait_processed()
    assert server.post_alert('{"side": "buy", "action": "sell", "symbol": "AAPL"}').status_code == 422
    leaving = entry(9, trade_id="T-1", side="close", price=26_000.0)
    assert server.post_alert(leaving).status_code == 200
    server.wait_processed()
    return server


def declared(app: App) -> dict[str, type[BaseModel]]:
    """The address and shape of every plain GET that declares one."""
    found = {}
    for rule in app.flask.url_map.iter_rules():
        said: Any = getattr(app.flask.view_functions[rule.endpoint], "said", None)
        if said is not None and said.gives is not None and "GET" in (rule.methods or ()) and not rule.arguments:
            found[rule.rule] = said.gives
    return found


def test_every_answer_has_its_declared_shape(app: App, fed: DeskServer) -> None:
    """Each field is there, of its type, and none is undeclared. Seen to fail when a model's card got a field."""
    shapes = declared(app)
    assert {
        "/api/models",
        "/api/models/summary",
        "/api/system/health",
        "/api/activity",
        "/api/signals",
    } <= shapes.keys()
    for path, shape in shapes.items():
        answer = fed.get(path)
        told = shape.model_validate(answer).model_dump()
        assert answer.keys() >= {
            field.alias or name for name, field in shape.model_fields.items() if field.is_required()
        }, path
        assert told, path


def test_what_names_one_thing_has_its_declared_shape(fed: DeskServer) -> None:
    """A signal with its journey, a source as it was saved, and a refused alert."""
    listed = alert_shapes.Signals.model_validate(fed.get("/api/signals")).items
    closed = next(one for one in listed if one.children.exits == 1)
    whole = alert_shapes.WholeSignal.model_validate(fed.get(f"/api/signals/{closed.id}"))
    assert [step.step for step in whole.journey][-1] == "exit"
    assert [child.kind for child in whole.children] == ["exit"]
    saved = requests.put(
        f"{fed.url}/api/sources/swing", json={"mapping": {"symbol": "wert"}}, headers=ADMIN, timeout=10
    )
    assert alert_shapes.Source.model_validate(saved.json()).mapping == {"symbol": "wert"}
    assert alert_shapes.Rejects.model_validate(fed.get("/api/rejects")).items[0].code == "sides_disagree"


def test_the_generated_client_is_typed() -> None:
    """The browser's sources say `any` nowhere."""
    sources = Path(__file__).parents[2] / "dashboard" / "src"
    for path in [*sources.rglob("*.ts"), *sources.rglob("*.tsx")]:
        code = [line for line in path.read_text().splitlines() if not line.lstrip().startswith(("*", "/"))]
        assert not [line for line in code if ": any" in line or "<any" in line or "as any" in line], path
