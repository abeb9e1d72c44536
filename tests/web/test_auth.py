"""Who gets in, by what, for how long, and what another web page can't do."""

import re
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.server import API_TOKEN
from tests.support.topology import within
from tests.web.conftest import ADMIN, PASSWORD, MakeApp
from web.assembly import App

OWN_PAGE = {"Origin": "http://localhost"}


def log_in(app: App, client: FlaskClient) -> dict[str, Any]:
    """Through a one-time link; returns the session."""
    assert client.post(f"/login/{app.auth.sessions.make_link()}").status_code == 303
    return dict(client.get("/api/session").get_json())


def cookies(answer: Any) -> dict[str, str]:
    return {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer ", f"Basic {API_TOKEN}", "Bearer desk_wrong"])
def test_nobody_gets_in_without_a_token(client: FlaskClient, header: str | None) -> None:
    """401 with what to do, and the scheme to use."""
    answer = client.get("/api/state", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.get_json()["error"]["hint"]


def test_a_token_does_what_its_scopes_say_and_no_more(client: FlaskClient) -> None:
    """A reader reads; making tokens needs admin."""
    made = client.post("/api/tokens", json={"name": "reader", "scopes": ["read"]}, headers=ADMIN).get_json()
    reader = {"Authorization": f"Bearer {made['token']}"}
    assert client.get("/api/signals", headers=reader).status_code == 200
    refused = client.post("/api/tokens", json={"name": "more", "scopes": ["admin"]}, headers=reader)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (403, "missing_scope")


def test_a_token_is_stored_hashed_and_shown_once(app: App, client: FlaskClient) -> None:
    """Neither the list nor the database gives it back."""
    made = client.post("/api/tokens", json={"name": "n", "scopes": ["read"]}, headers=ADMIN).get_json()
    assert made["token"] not in client.get("/api/tokens", headers=ADMIN).text
    assert made["token"] not in str(app.desk.journal.query("SELECT * FROM tokens"))


def test_a_revoked_token_opens_nothing_and_whoever_hangs_on_it_is_told(app: App, client: FlaskClient) -> None:
    """So that the gateway can close its sockets."""
    told: list[str] = []
    app.auth.on_revoked(told.append)
    made = client.post("/api/tokens", json={"name": "n", "scopes": ["read"]}, headers=ADMIN).get_json()
    assert client.delete(f"/api/tokens/{made['id']}", headers=ADMIN).status_code == 204
    assert client.get("/api/state", headers={"Authorization": f"Bearer {made['token']}"}).status_code == 401
    assert told == [made["id"]]


def test_looking_at_a_login_link_does_not_use_it(app: App, client: FlaskClient) -> None:
    """Mail scanners fetch links: only the button's POST consumes it."""
    link = app.auth.sessions.make_link()
    for _ in range(3):
        assert "Log in</button>" in client.get(f"/login/{link}").text
    assert client.post(f"/login/{link}").status_code == 303


def test_a_login_link_works_once(app: App, client: FlaskClient) -> None:
    """The second use is told so, and opens nothing."""
    link = app.auth.sessions.make_link()
    assert client.post(f"/login/{link}").status_code == 303
    other = app.flask.test_client()
    assert other.post(f"/login/{link}").status_code == 410
    assert other.get("/api/session").status_code == 401


def test_an_old_login_link_is_refused(make_app: MakeApp) -> None:
    """After LOGIN_LINK_SECONDS neither look nor use works."""
    app = make_app(login_link_seconds=0.05)
    link = app.auth.sessions.make_link()
    time.sleep(0.1)
    client = app.flask.test_client()
    assert client.get(f"/login/{link}").status_code == 410
    assert client.post(f"/login/{link}").status_code == 410


def test_the_cookie_can_not_be_read_or_sent_by_others(app: App, client: FlaskClient) -> None:
    """HttpOnly, SameSite=Lax, and the port in its name."""
    cookie = cookies(client.post(f"/login/{app.auth.sessions.make_link()}"))["signaldesk_5000"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_under_https_the_cookie_is_secure_and_bound_to_the_host(make_app: MakeApp) -> None:
    """`__Host-` and Secure when a trusted proxy says https; HSTS too."""
    app = make_app(trusted_proxies=1)
    client = app.flask.test_client()
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    answer = client.post(f"/login/{app.auth.sessions.make_link()}", headers=headers)
    assert "Secure" in cookies(answer)["__Host-signaldesk_5000"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_the_session_secret_is_not_in_the_database(app: App, client: FlaskClient) -> None:
    """A copy of the database opens no session."""
    answer = client.post(f"/login/{app.auth.sessions.make_link()}")
    found = re.search(r"signaldesk_5000=([^;]+)", cookies(answer)["signaldesk_5000"])
    assert found
    assert found[1] not in str(app.desk.journal.query("SELECT * FROM sessions"))


def test_a_session_ends_by_itself(make_app: MakeApp) -> None:
    """After SESSION_SECONDS the cookie opens nothing, and its sockets are told, once."""
    app = make_app(session_seconds=3.0, session_check_seconds=0.05)
    told: list[str] = []
    app.auth.on_revoked(told.append)
    app.desk.runtime.spawn(app.auth.watch)
    client = app.flask.test_client()
    log_in(app, client)
    within(lambda: told, "the sockets are told")
    app.auth.stop()
    assert client.get("/api/session").status_code == 401
    assert len(told) == 1


def test_logout_ends_the_session(app: App, client: FlaskClient) -> None:
    """The row ends, the cookie goes, and the sockets are told at once."""
    told: list[str] = []
    app.auth.on_revoked(told.append)
    session = log_in(app, client)
    answer = client.delete("/api/session", headers=OWN_PAGE | {"X-CSRF-Token": session["csrf"]})
    assert answer.status_code == 204
    assert client.get("/api/session").status_code == 401
    assert len(told) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_page_can_not_act_with_the_cookie(app: App, client: FlaskClient, headers: dict[str, str]) -> None:
    """Even with the CSRF value: the browser must say that our own page asks."""
    session = log_in(app, client)
    answer = client.post("/api/login-links", headers=headers | {"X-CSRF-Token": session["csrf"]})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "foreign_origin")


@pytest.mark.parametrize("value", [None, "", "wrong"])
def test_our_page_must_show_the_csrf_value(app: App, client: FlaskClient, value: str | None) -> None:
    """Without it nothing changes."""
    log_in(app, client)
    headers = OWN_PAGE | ({} if value is None else {"X-CSRF-Token": value})
    assert client.post("/api/login-links", headers=headers).get_json()["error"]["code"] == "bad_csrf"


@pytest.mark.parametrize("own", [{"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}])
def test_our_page_may_act(app: App, client: FlaskClient, own: dict[str, str]) -> None:
    """With either proof and the CSRF value."""
    session = log_in(app, client)
    assert client.post("/api/login-links", headers=own | {"X-CSRF-Token": session["csrf"]}).status_code == 201


def test_origins(make_app: MakeApp) -> None:
    """The own host on its own port, and those named; nothing that merely looks like them."""
    allowed = make_app(allowed_origins="https://charts.example").auth.origin_allowed
    assert allowed(None, "desk:5000")
    assert allowed("http://desk:5000", "desk:5000")
    assert allowed("https://desk", "desk:443")
    assert allowed("https://charts.example", "desk:5000")
    for foreign in ("http://desk:5001", "http://desk.evil:5000", "null", "https://charts.example.evil", "file://"):
        assert not allowed(foreign, "desk:5000"), foreign


def test_the_right_password_logs_in_and_leads_on(client: FlaskClient) -> None:
    """To the page that was wanted, when it is one of ours."""
    answer = client.post("/login", data={"password": PASSWORD, "next": "/signals/0190"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signals/0190")


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_login_never_leads_to_another_site(client: FlaskClient, path: str) -> None:
    """`next` is a path of ours or is ignored."""
    assert client.post("/login", data={"password": PASSWORD, "next": path}).headers["Location"] == "/ml-dashboard"


def test_guessing_is_slowed_and_the_right_password_still_gets_in(make_app: MakeApp) -> None:
    """100 wrong passwords: most are not even looked at; then the right one, after one refill, is."""
    client = make_app(login_refill_seconds=1.0).flask.test_client()
    answers = [client.post("/login", data={"password": f"guess {n}"}) for n in range(100)]
    slowed = [answer for answer in answers if answer.status_code == 429]
    assert len(slowed) > 80
    assert slowed[0].headers["Retry-After"] == "1"
    within(lambda: client.post("/login", data={"password": PASSWORD}).status_code == 303, "the right password gets in")


def test_a_known_browser_is_not_slowed_by_strangers(app: App, client: FlaskClient) -> None:
    """The owner's browser has a door of its own, though the stranger sits behind the same address."""
    client.post("/login", data={"password": PASSWORD})
    stranger = app.flask.test_client()
    assert {stranger.post("/login", data={"password": "x"}).status_code for _ in range(30)} == {401, 429}
    assert client.post("/login", data={"password": PASSWORD}).status_code == 303


def test_a_forged_address_gives_no_more_tries(make_app: MakeApp) -> None:
    """X-Forwarded-For counts only as far as trusted proxies wrote it."""
    for hops, written in ((0, "{n}.1.1.1"), (1, "{n}.1.1.1, 198.51.100.7")):
        client = make_app(trusted_proxies=hops).flask.test_client()
        codes = {
            client.post("/login", data={"password": "x"}, headers={"X-Forwarded-For": written.format(n=n)}).status_code
            for n in range(1, 30)
        }
        assert 429 in codes


def test_without_a_password_no_password_opens(make_app: MakeApp) -> None:
    """An empty DASHBOARD_PASSWORD is no password, and is not matched by an empty field."""
    client = make_app(dashboard_password="").flask.test_client()
    assert client.post("/login", data={"password": ""}).status_code == 401


@pytest.mark.parametrize("hosted", ["heroku", "railway", None])
def test_a_restart_on_another_port_logs_nobody_out_on_a_host(make_app: MakeApp, hosted: str | None) -> None:
    """A platform may draw a new port at each start; on one's own machine the port tells several desks apart.

    Seen to fail with the port in the cookie's name everywhere.
    """
    first = make_app(hosted=hosted, port=31337)
    cookie = first.flask.test_client()
    log_in(first, cookie)
    again = make_app(hosted=hosted, port=48213, data_dir=first.desk.values.data_dir)
    carried = again.flask.test_client()
    for sent in cookie._cookies.values():
        carried.set_cookie(sent.key, sent.value)
    assert carried.get("/api/session").status_code == (401 if hosted is None else 200)
