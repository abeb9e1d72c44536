"""A whole desk in this process, on plain threads and a private folder: for everything that needs no real socket."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import config
import runtime
import web_server
from tests.support.patience import PATIENT
from tests.support.server import API_TOKEN, SECRET_KEY, WEBHOOK_TOKEN
from web.assembly import App

ADMIN = {"Authorization": f"Bearer {API_TOKEN}"}
PASSWORD = "the right password"
MakeApp = Callable[..., App]


@pytest.fixture
def make_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeApp]:
    """Makes desks whose settings are the given ones; none is served, none trains a model."""
    made: list[App] = []

    def make(*, hosted: str | None = None, **settings: Any) -> App:
        for name in list(config.names()):
            monkeypatch.delenv(name, raising=False)
        own = {
            "data_dir": tmp_path / f"desk-{len(made)}",
            "api_token": API_TOKEN,
            "webhook_token": WEBHOOK_TOKEN,
            "dashboard_password": PASSWORD,
            **{name.lower(): float(value) for name, value in PATIENT.items()},
        }
        chosen = config.Settings(**own | settings)
        chosen.data_dir.mkdir(exist_ok=True)
        values = web_server.values(chosen, port=chosen.port, secret_key=SECRET_KEY)
        made.append(web_server.create_app(replace(values, hosted=hosted), runtime.make("threads")))
        return made[-1]

    yield make
    for app in made:
        app.desk.journal.close(5.0)


@pytest.fixture
def app(make_app: MakeApp) -> App:
    return make_app()


@pytest.fixture
def client(app: App) -> FlaskClient:
    return app.flask.test_client()
