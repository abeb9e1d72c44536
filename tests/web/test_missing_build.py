"""A desk without its dashboard build takes alerts and says how to build it."""

from pathlib import Path

import pytest

import web.app
from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import PASSWORD, MakeApp


def test_the_page_names_the_remedy(make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 with `make setup` for people; alerts are accepted all the same."""
    (tmp_path / "templates").symlink_to(web.app.ROOT / "templates")
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(web.app, "ROOT", tmp_path)
    client = make_app().flask.test_client()
    client.post("/login", data={"password": PASSWORD}, headers={"Origin": "http://localhost"})
    page = client.get("/signals")
    assert page.status_code == 503
    assert "make setup" in page.text
    assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data="BUY MNQ1! @ 21450.25").status_code == 200
