"""A login is for the desk's own pages; another page that makes the browser come with its cookie gets nothing."""

import pytest
import requests

from tests.conftest import SharedDesk
from tests.support.browser import Browser
from tests.support.lines import KINDS, REFUSED, Line
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer


def foreign_origins(server: DeskServer) -> tuple[str, ...]:
    """Strangers, and those that look like the desk: another port, a longer name, a sandboxed frame."""
    host = f"127.0.0.1:{server.port}"
    return "https://evil.example", "http://127.0.0.1:1", f"http://{host}.evil.example", f"ws://{host}", "null"


@pytest.mark.socket
def test_a_foreign_page_gets_no_line(shared_desk: SharedDesk, engine: str) -> None:
    """With a valid cookie, `/ws` and Socket.IO by WebSocket and by polling refuse foreign pages and take the desk's.

    Seen to fail without the Origin check of Socket.IO, without that of `/ws`, and with one that takes whatever begins
    like the desk's own address (`http://127.0.0.1:5000.evil.example` is let in).
    """
    server = shared_desk(ASYNC_MODE=engine)
    cookies = Browser(server).log_in().cookies
    for kind in KINDS:
        own = Line(kind, server, cookies=cookies, origin=server.url).wait_joined()
        own.close()
        for origin in foreign_origins(server):
            seen: list[dict[str, object]] = []
            with pytest.raises(REFUSED):
                Line(kind, server, cookies=cookies, origin=origin, events=seen)
            assert seen == [], (kind, origin)


def test_a_foreign_page_reads_and_changes_nothing(shared_desk: SharedDesk) -> None:
    """No answer to a foreign page lets its script read it, and what would change something is refused.

    Seen to fail with a header that allows any origin, and without the guard's check of the own page (400 for 403).
    """
    server = shared_desk(ASYNC_MODE="eventlet")
    browser = Browser(server).log_in()
    csrf = browser.http.get(f"{server.url}/api/session", timeout=PATIENCE).json()["csrf"]
    for origin in foreign_origins(server):
        headers = {"Origin": origin, "Cookie": browser.cookies, "X-CSRF-Token": csrf}
        for path in ("/api/events", "/api/state", "/socket.io/?EIO=4&transport=polling"):
            answer = requests.get(server.url + path, headers=headers, timeout=PATIENCE)
            assert "Access-Control-Allow-Origin" not in answer.headers, (path, origin)
        for path in ("/api/events", "/api/login-links"):
            answer = requests.post(server.url + path, json={}, headers=headers, timeout=PATIENCE)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign_origin"), (path, origin)
        assert requests.delete(f"{server.url}/api/session", headers=headers, timeout=PATIENCE).status_code == 403
    assert browser.http.get(f"{server.url}/api/session", timeout=PATIENCE).ok
