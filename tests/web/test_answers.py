"""What surrounds every answer: errors in one shape, headers, the policy, proxies."""

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import ADMIN, MakeApp
from web.assembly import App
from web.security import policy


def test_every_error_has_one_shape(client: FlaskClient) -> None:
    """Code, message and hint, as JSON, whatever went wrong."""
    for answer in (
        client.get("/no/such/page"),
        client.delete("/api/state", headers=ADMIN),
        client.get("/api/state"),
        client.get("/api/signals?limit=many", headers=ADMIN),
        client.get("/api/signals?cursor=x", headers=ADMIN),
        client.get("/api/signals/none", headers=ADMIN),
        client.get("/api/export/none.csv", headers=ADMIN),
        client.post("/api/tokens", data="{", headers=ADMIN),
        client.post("/api/tokens", data="[]", headers=ADMIN),
        client.put("/api/sources/Bad Name", json={}, headers=ADMIN),
        client.put("/api/sources/x", json={"nonsense": 1}, headers=ADMIN),
    ):
        assert 400 <= answer.status_code < 500
        assert set(answer.get_json()["error"]) == {"code", "message", "hint"}


def test_a_bug_shows_no_traceback_and_no_text_of_the_request(
    app: App, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500 in the same shape; the log has the rest."""

    def broken() -> None:
        raise RuntimeError("inner secret")

    monkeypatch.setattr(app.desk.scorer, "describe", broken)
    answer = client.get("/api/state?x=canary", headers=ADMIN)
    assert answer.status_code == 500
    assert answer.get_json()["error"]["code"] == "internal_error"
    assert "inner secret" not in answer.text
    assert "canary" not in answer.text


@pytest.mark.parametrize("path", ["/login", "/api/docs", "/healthz", "/nope", "/static/pages.css"])
def test_every_answer_is_guarded_by_headers(client: FlaskClient, path: str) -> None:
    """No sniffing, no referrer, no framing."""
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


def test_the_policy_is_strict_and_its_nonce_is_fresh(client: FlaskClient) -> None:
    """Scripts from here alone, styles from here or with this answer's nonce, no frames, no foreign connections."""
    first, second = (client.get("/login").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second
    assert "script-src 'self';" in first
    assert "frame-ancestors 'none'" in first
    assert "unsafe" not in first
    assert "default-src 'none'" in policy("n", "desk:5000", False)


def test_a_strange_host_header_does_not_reach_the_policy(client: FlaskClient) -> None:
    """Otherwise a header could loosen it."""
    answer = client.get("/login", headers={"Host": "x; script-src *"})
    assert "script-src *" not in answer.headers.get("Content-Security-Policy", "")


def test_browsers_reports_are_kept_for_the_owner(client: FlaskClient) -> None:
    """So that a test, or the owner, can see that there were none."""
    assert client.get("/api/csp-reports", headers=ADMIN).get_json()["items"] == []
    assert client.post("/api/csp-reports", data=b'{"csp-report":{}}').status_code == 204
    assert client.get("/api/csp-reports", headers=ADMIN).get_json()["items"] == ['{"csp-report":{}}']
    assert client.get("/api/csp-reports").status_code == 401


def test_reports_do_not_fill_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    """Anybody may send one, so a flood is one line, while the newest are kept for the owner."""
    with caplog.at_level("WARNING", "web.csp"):
        for number in range(20):
            client.post("/api/csp-reports", data=f"{number}".encode())
    assert len([record for record in caplog.records if record.name == "web.csp"]) == 1


def test_metrics_can_be_closed(make_app: MakeApp) -> None:
    """With METRICS_OPEN off they need a token."""
    client = make_app(metrics_open=False).flask.test_client()
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=ADMIN).status_code == 200


def test_metrics_count_by_route_never_by_path(client: FlaskClient) -> None:
    """A token in a path must not become a label."""
    client.post("/webhook/a-secret-token", data="x")
    text = client.get("/metrics").text
    assert "a-secret-token" not in text
    assert 'route="/webhook/<path:token>"' in text
    assert 'desk_webhook_answers_total{status="401"} 1.0' in text
