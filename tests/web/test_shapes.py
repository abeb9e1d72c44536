"""What the API answers is what it declares: the dashboard's client is made from these declarations."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from tests.conftest import StartServer
from tests.support.alerts import entry
from tests.support.server import DeskServer
from web.assembly import App


@pytest.fixture
def fed(start_server: StartServer) -> DeskServer:
    """A server with a few scored signals, one of them closed with a win."""
    server = start_server()
    for n in range(1, 7):
        assert server.post_alert(entry(n, trade_id=f"T-{n}")).status_code == 200
    server.wait_processed()
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
    assert {"/api/models", "/api/models/summary", "/api/system/health", "/api/activity"} <= shapes.keys()
    for path, shape in shapes.items():
        answer = fed.get(path)
        told = shape.model_validate(answer).model_dump()
        assert answer.keys() >= {name for name, field in shape.model_fields.items() if field.is_required()}, path
        assert told, path


def test_the_generated_client_is_typed() -> None:
    """The browser's sources say `any` nowhere."""
    sources = Path(__file__).parents[2] / "dashboard" / "src"
    for path in [*sources.rglob("*.ts"), *sources.rglob("*.tsx")]:
        code = [line for line in path.read_text().splitlines() if not line.lstrip().startswith(("*", "/"))]
        assert not [line for line in code if ": any" in line or "<any" in line or "as any" in line], path
