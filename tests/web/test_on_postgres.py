"""The views of what was and what is set read the same on Postgres."""

import pytest

from tests.support.alerts import entry
from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import ADMIN, MakeApp

pytestmark = pytest.mark.postgres


def test_the_same_answers_come_from_postgres(make_app: MakeApp, postgres_url: str) -> None:
    """Settings, refusals, silences, the timeline and the model's summary; sources and choices survive a restart."""
    app = make_app(database_url=postgres_url)
    app.gaps.restore()
    client = app.flask.test_client()
    for n in range(3):
        assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data=entry(n)).status_code == 200
    assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data="{}").status_code == 422
    app.gaps.look()
    assert client.put("/api/settings/display", json={"theme": "light"}, headers=ADMIN).status_code == 200
    assert client.put("/api/settings/high_confidence", json={"notify": True}, headers=ADMIN).status_code == 200
    assert client.put("/api/sources/other", json={"mapping": {"side": "dir"}}, headers=ADMIN).status_code == 200
    got = {path: client.get(path, headers=ADMIN).get_json() for path in (
        "/api/rejects?code=empty_object", "/api/gaps",
        "/api/webhook/timeline?source=tradingview", "/api/models/summary",
    )}  # fmt: skip
    assert [one["code"] for one in got["/api/rejects?code=empty_object"]["items"]] == ["empty_object"]
    assert got["/api/gaps"] == {"items": [], "next": None}
    (line,) = got["/api/webhook/timeline?source=tradingview"]["items"]
    assert {one["reason"] for one in line["segments"]} <= {"not_watched", "never_heard", "learning"}
    assert got["/api/models/summary"]["entries"] == 3
    client.delete("/api/settings/high_confidence", headers=ADMIN)
    again = make_app(database_url=postgres_url).desk
    assert again.chosen.get("display", "owner")["theme"] == "light"
    assert again.chosen.get("high_confidence", "owner")["notify"] is False
    assert (again.sources.get("other") or again.sources.default).mapping == {"side": "dir"}
