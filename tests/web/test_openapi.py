"""The API's document and page are made from the routes, and the docs agree with them."""

import re
from pathlib import Path

from flask.testing import FlaskClient

from web.assembly import App
from web.openapi import document

ROOT = Path(__file__).parents[2]


def test_every_operation_is_described(app: App) -> None:
    """Each route for programs says in a line what it does."""
    made = document(app.flask, app.desk)
    assert made["openapi"].startswith("3.1")
    for path, methods in made["paths"].items():
        for method, said in methods.items():
            assert len(said["summary"]) > 10, (method, path)
            assert said["responses"], (method, path)


def test_the_docs_name_every_operation(app: App) -> None:
    """docs/api.md has a row for each, with its scope, and none that does not exist."""
    made = document(app.flask, app.desk)
    wanted = {
        (f"{method.upper()} {path}", said["x-scope"])
        for path, methods in made["paths"].items()
        for method, said in methods.items()
    }
    text = (ROOT / "docs" / "api.md").read_text()
    assert set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \| (\w+) \|", text, re.MULTILINE)) == wanted


def test_the_page_is_our_own(client: FlaskClient) -> None:
    """It shows every path and loads nothing from elsewhere."""
    page = client.get("/api/docs").text
    for path in client.get("/api/openapi.json").get_json()["paths"]:
        assert path in page
    assert "http://" not in page
    assert "https://" not in page
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/theme.js">']
