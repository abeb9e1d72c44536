"""The pages' addresses: deep links, the login in between, and a build that is not there."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import ADMIN, MakeApp
from web.pages import BUILT, NEAREST, TOOLS, Assets

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}


@pytest.mark.parametrize("path", NEAREST)
def test_a_tool_that_is_not_built_leads_to_the_nearest(client: FlaskClient, path: str) -> None:
    """Bookmarks of the whole product work from the first day."""
    assert client.get(path).headers["Location"] == NEAREST[path]
    assert NEAREST[path] in BUILT


def test_the_components_are_for_developers(make_app: MakeApp) -> None:
    """The page of all components is there only where the setting asks for it."""
    assert make_app().flask.test_client().get("/_components").status_code == 404
    assert make_app(components_page=True).flask.test_client().get("/_components").status_code == 302


@pytest.mark.parametrize("path", ["/ml-dashboard", "/signals", "/signals/0190-abc", "/system"])
def test_a_page_asks_for_a_login_and_comes_back(client: FlaskClient, path: str) -> None:
    """The wanted page is remembered."""
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"] == ("/login" if path == "/ml-dashboard" else f"/login?next={path}")


@pytest.mark.parametrize("path", ["/paper", "/nonsense/deep", "/%3Cscript%3E", "/static/dashboard/gone"])
def test_a_person_who_mistyped_an_address_gets_a_page(client: FlaskClient, path: str) -> None:
    """It says so, leads to every tool, and holds no script or style of its own nor what was asked for; still a 404."""
    answer = client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert set(re.findall(r'href="(/[\w-]+)"', answer.text)) == set(BUILT)
    assert [name for name in TOOLS.values() if name not in answer.text] == []
    assert re.findall(r"<style|<script(?! src=)|style=| on\w+=|script>", answer.text.replace("></script>", "")) == []
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/nonsense", BROWSER),
        ("/nonsense", {}),
        ("/nonsense", {"Accept": "*/*"}),
        ("/nonsense", {"Accept": "application/json, text/html;q=0.5"}),
    ],
)
def test_a_program_that_mistyped_an_address_gets_json(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    """The usual shape of a refusal: under /api always, elsewhere unless a page is wanted."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 404
    assert answer.get_json()["error"]["code"] == "not_found"


def test_the_built_files_are_found_by_their_source(tmp_path: Path) -> None:
    """The manifest is read again after a build; without one there is no entry."""
    assets = Assets(tmp_path)
    assert assets.entry() is None
    (tmp_path / ".vite").mkdir()
    manifest = {
        "src/main.tsx": {"file": "assets/main-1.js", "isEntry": True, "imports": ["_a"], "css": ["assets/main.css"]},
        "_a": {"file": "assets/a-2.js", "css": ["assets/a.css"]},
    }
    (tmp_path / ".vite" / "manifest.json").write_text(json.dumps(manifest))
    entry = assets.entry()
    assert entry is not None
    assert entry.script == "/static/dashboard/assets/main-1.js"
    assert entry.styles == ("/static/dashboard/assets/main.css", "/static/dashboard/assets/a.css")
    assert entry.preload == ("/static/dashboard/assets/a-2.js",)


def test_a_demo_says_so_on_every_page_and_in_the_snapshot(make_app: MakeApp) -> None:
    """In the dashboard's own page, those that the server renders, and in what a client starts from; else nowhere."""
    for demo in (True, False):
        client = make_app(demo=demo).flask.test_client()
        for path, who in (("/login", {}), ("/api/docs", {}), ("/signals", ADMIN)):
            page = client.get(path, headers=who).text
            assert ('data-demo="yes"' in page, "<title>DEMO · " in page) == (demo, demo), path
        assert client.get("/api/state", headers=ADMIN).get_json()["settings"]["demo"] is demo
