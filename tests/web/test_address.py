"""Where the desk says that it is reached: what is shown to whoever asks, and what is said where nobody can know."""

import re

import pytest
from flask.testing import FlaskClient

from tests.support.server import WEBHOOK_TOKEN
from tests.web.conftest import ADMIN, MakeApp
from web import address
from web.assembly import App
from web.commands import in_folder
from web.welcome import welcome

DYNO = "desk-1234567890ab.herokuapp.com"
BY_ROUTER = {"Host": DYNO, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"} | ADMIN


def told(client: FlaskClient, headers: dict[str, str]) -> dict[str, str]:
    return dict(client.get("/api/webhook/health", headers=headers).get_json()["setup"])


@pytest.fixture
def dyno(make_app: MakeApp) -> App:
    """A desk on Heroku as it is made there: behind one proxy, its address told by nobody."""
    return make_app(hosted="heroku", port=31337, trusted_proxies=1)


def test_a_host_that_tells_no_address_shows_the_one_the_asker_came_by(dyno: App) -> None:
    """The URL to paste, the line for a shell, every source's URL and login links; and how to set it for good.

    Seen to fail with the process's own address: `http://127.0.0.1:31337/webhook/…` was what Heroku's users were told.
    """
    client = dyno.flask.test_client()
    setup = told(client, BY_ROUTER)
    assert setup["url"] == f"https://{DYNO}/webhook/{WEBHOOK_TOKEN}"
    assert f"'{setup['url']}'" in setup["curl"]
    assert f"heroku config:set PUBLIC_URL=https://{DYNO}" in setup["notice"]
    assert client.get("/api/sources", headers=BY_ROUTER).get_json()["items"][0]["url"] == setup["url"]
    link = client.post("/api/login-links", headers=BY_ROUTER, json={}).get_json()["url"]
    assert link.startswith(f"https://{DYNO}/login/")
    assert client.get("/api/openapi.json", headers=BY_ROUTER).get_json()["servers"] == [{"url": "/"}]


def test_what_is_set_is_shown_whatever_a_request_says(make_app: MakeApp) -> None:
    """With PUBLIC_URL nobody's Host header counts."""
    app = make_app(hosted="heroku", trusted_proxies=1, public_url="https://desk.example.org")
    client = app.flask.test_client()
    setup = told(client, BY_ROUTER | {"Host": "evil.example.com"})
    assert (setup["url"], setup["notice"]) == (f"https://desk.example.org/webhook/{WEBHOOK_TOKEN}", None)
    assert client.get("/api/openapi.json").get_json()["servers"] == [{"url": "https://desk.example.org"}]


def test_only_a_trusted_proxy_says_by_which_scheme_and_nobody_else_by_which_host(make_app: MakeApp) -> None:
    """Forwarded headers of a stranger are not believed, and a forwarded host never is.

    Seen to fail with X-Forwarded-Host read.
    """
    client = make_app(trusted_proxies=0).flask.test_client()
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example.com"} | ADMIN
    assert told(client, forged)["url"] == f"http://localhost/webhook/{WEBHOOK_TOKEN}"


@pytest.mark.parametrize("host", ["evil.example.com/x", "a b", "desk'; rm -rf", "[::1", "user@desk", "a" * 3000 + "/"])
def test_a_host_that_is_no_hosts_name_is_not_shown(make_app: MakeApp, host: str) -> None:
    """It would be pasted into a shell: what is no name and port falls back to the machine's own address.

    Seen to fail with any Host header taken.
    """
    app = make_app()
    with app.flask.test_request_context(headers={"Host": "localhost"}) as context:
        context.request.environ["HTTP_HOST"] = host
        assert address.shown(app.desk.values) == "http://127.0.0.1:5000"


def test_an_askers_address_is_told_to_nobody_else(dyno: App) -> None:
    """Nothing of it is kept: the next asker, the journal and the log of the start know nothing of it."""
    client = dyno.flask.test_client()
    told(client, BY_ROUTER | {"Host": "evil.example.com"})
    assert "evil" not in str(told(client, BY_ROUTER))
    assert "evil" not in str(dyno.desk.journal.after(0, 500))
    assert address.shown(dyno.desk.values) == ""


def test_a_desk_reached_from_elsewhere_says_what_to_set(make_app: MakeApp) -> None:
    """On one's own machine nothing is said; through a tunnel the remedy is, with TRUSTED_PROXIES."""
    client = make_app().flask.test_client()
    assert told(client, ADMIN)["notice"] is None
    assert told(client, ADMIN | {"Host": "127.0.0.1:5000"})["notice"] is None
    notice = told(client, ADMIN | {"Host": "desk.tunnel.example"})["notice"]
    assert "PUBLIC_URL=https://desk.tunnel.example" in notice
    assert "TRUSTED_PROXIES=1" in notice


@pytest.mark.parametrize(
    ("hosted", "command"),
    [("heroku", "heroku config:set PUBLIC_URL=https://…"), ("railway", "railway variables --set PUBLIC_URL=https://…")],
)
def test_the_start_on_a_host_says_plainly_that_its_address_is_unknown(
    make_app: MakeApp, hosted: str, command: str
) -> None:
    """The command stands in the first lines of the log, and no loopback address that nobody can reach.

    Seen to fail with the address of the process in its place.
    """
    app = make_app(hosted=hosted, port=31337)
    said = welcome(app)
    assert command in said
    assert "127.0.0.1" not in said
    assert "port 31337" in said
    assert "PUBLIC_URL" not in welcome(make_app(hosted=hosted, public_url="https://desk.example.org"))


def test_a_login_link_made_in_a_dyno_of_its_own_is_a_path(make_app: MakeApp) -> None:
    """The command can't know the address there: it tells the path, and no address that leads nowhere."""
    app = make_app(hosted="heroku")
    with in_folder(app.desk.values, app.desk.runtime) as ask:
        assert re.fullmatch(r"/login/[\w-]+", ask("/api/login-links", {})["url"])
