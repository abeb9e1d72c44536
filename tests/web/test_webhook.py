"""The webhook's door: every way to knock, and what is answered."""

import json
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import MakeApp
from web.assembly import App

ALERT = json.dumps({"symbol": "MNQ1!", "side": "buy", "price": 25118.25, "stop": 25098.25, "target": 25158.25})


@pytest.mark.parametrize(
    "path", [f"/webhook/{WEBHOOK_TOKEN}", f"/webhook/{WEBHOOK_TOKEN}/", f"/webhook?secret={WEBHOOK_TOKEN}"]
)
def test_an_alert_is_accepted_by_its_token(client: FlaskClient, path: str) -> None:
    """In the path, with a slash at its end, or in the query."""
    answer = client.post(path, data=ALERT)
    assert (answer.status_code, answer.get_json()["status"]) == (200, "accepted")


@pytest.mark.parametrize("path", ["/webhook", "/webhook/"])
def test_a_token_in_the_body_opens_too(client: FlaskClient, path: str) -> None:
    """As TradingView users write it; `/webhook/` answers itself and never redirects."""
    body = json.dumps(json.loads(ALERT) | {"secret": WEBHOOK_TOKEN})
    assert client.post(path, data=body).status_code == 200


@pytest.mark.parametrize("path", ["/webhook", "/webhook/", "/webhook/wrong", "/webhook/wrong/way"])
def test_a_wrong_token_is_refused_and_stores_nothing(client: FlaskClient, app: object, path: str) -> None:
    """401 with a hint, and no fact."""
    answer = client.post(path, data=ALERT)
    assert answer.status_code == 401
    assert set(answer.get_json()["error"]) == {"code", "message", "hint"}
    assert app.desk.journal.head == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("path", ["/webhook", "/webhook/", f"/webhook/{WEBHOOK_TOKEN}"])
def test_a_wrong_method_is_405_with_a_hint(client: FlaskClient, method: str, path: str) -> None:
    """JSON, never a page and never a redirect."""
    answer = client.open(path, method=method)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert method == "HEAD" or answer.get_json()["error"]["code"] == "wrong_method"


def test_a_body_over_64_kib_is_413(client: FlaskClient) -> None:
    """It is refused by its size, whatever it holds, and is not read further."""
    answer = client.post(f"/webhook/{WEBHOOK_TOKEN}", data=b"x" * 70_000)
    assert answer.status_code == 413


def test_whatever_breaks_inside_the_answer_asks_for_a_resend(
    app: object, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was acknowledged, so a 503 (which TradingView resends) and never a 500."""

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(app.desk.journal, "append", broken)  # type: ignore[attr-defined]
    answer = client.post(f"/webhook/{WEBHOOK_TOKEN}", data=ALERT)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_an_allow_list_is_an_additional_lock(make_app: MakeApp) -> None:
    """With WEBHOOK_ALLOWED_IPS other addresses are refused even with the right token; the listed still need it."""
    client = make_app(webhook_allowed_ips="tradingview").flask.test_client()
    inside = {"REMOTE_ADDR": "52.89.214.238"}
    assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data=ALERT).status_code == 403
    assert client.post(f"/webhook/{WEBHOOK_TOKEN}", data=ALERT, environ_base=inside).status_code == 200
    assert client.post("/webhook/wrong", data=ALERT, environ_base=inside).status_code == 401


class Broken(BytesIO):
    """A stream whose sender writes broken chunks."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise ValueError(f"invalid literal: {size}")


def test_half_an_alert_is_not_read_as_a_whole_one(client: FlaskClient, app: App) -> None:
    """A body shorter than announced, or in broken chunks, is a 400 that stores nothing: `214` is not `21450.25`."""
    path = f"/webhook/{WEBHOOK_TOKEN}"
    cut = client.post(path, data=b"BUY NQ1! @ 214", environ_overrides={"CONTENT_LENGTH": "40"})
    broken = client.post(path, input_stream=Broken(), headers={"Transfer-Encoding": "chunked"})
    assert [one.get_json()["error"]["code"] for one in (cut, broken)] == ["body_cut", "body_cut"]
    assert (cut.status_code, broken.status_code, app.desk.journal.head) == (400, 400, 0)


def test_an_alert_is_answered_with_the_headers_of_every_answer(client: FlaskClient) -> None:
    """It is answered before Flask, which must not show: the same protection, JSON, and it is counted by its route."""
    alert, other = client.post(f"/webhook/{WEBHOOK_TOKEN}", data=ALERT), client.get("/healthz")
    for name in ("X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options", "Cache-Control", "Content-Type"):
        assert alert.headers[name] == other.headers[name], name
    counted = client.get("/metrics").get_data(as_text=True)
    assert 'desk_requests_total{route="/webhook/<path:token>",status="200"} 1.0' in counted
    assert WEBHOOK_TOKEN not in counted


@pytest.mark.parametrize("form", ["/webhook", "/webhook/", f"/webhook/{WEBHOOK_TOKEN}", f"/webhook/{WEBHOOK_TOKEN}/"])
def test_each_form_of_the_address_is_counted_as_flask_counts_it(app: App, client: FlaskClient, form: str) -> None:
    """By its own rule, so that a chart tells tokens in bodies from those in paths; never by the path.

    Seen to fail with the rule of a token for all of them.
    """
    client.post(form, data=ALERT)
    (before,) = counted(client)
    with app.flask.test_request_context(form, method="POST", data=ALERT):
        app.flask.full_dispatch_request()
    assert counted(client) == [before.replace(" 1.0", " 2.0")]


def counted(client: FlaskClient) -> list[str]:
    """The posts so far, by route and status."""
    lines = client.get("/metrics").get_data(as_text=True).splitlines()
    return [line for line in lines if line.startswith('desk_requests_total{route="/webhook')]
