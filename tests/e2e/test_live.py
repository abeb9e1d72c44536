"""A signal reaches the page whatever the network does, and each signal once."""

import json
import time

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.looking import listed_ids, row, shown_ids, wait_light, wait_same
from tests.support.alerts import entry
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer

pytestmark = pytest.mark.browser
# A slower processor makes longer tasks: 50 ms are the long form's; the short one tells a page that chokes.
LONG_MS, CHOKING_MS = 50, 250


def block_websocket(context: BrowserContext) -> None:
    context.route_web_socket("**/*", lambda socket: socket.close())


def post(server: DeskServer, n: int) -> str:
    answer = server.post_alert(entry(n))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["signal_id"])


def test_a_signal_arrives_by_websocket(used: DeskServer, visitor: Visitor) -> None:
    """An alert shows on the open page with its verdict, without the page being loaded again."""
    page = visitor.open(used)
    wait_light(page, "live")
    signal = post(used, 1)
    expect(row(page, signal)).to_be_visible()
    expect(row(page, signal).locator("[data-verdict]")).to_have_text("take")
    expect(row(page, signal)).to_contain_text("MNQ1!")
    expect(row(page, signal)).to_contain_text("BUY")


def test_a_signal_arrives_by_long_poll(server: DeskServer, visitor: Visitor) -> None:
    """With WebSocket blocked the page says that it polls, and misses nothing."""
    page = visitor.open(server, before=block_websocket)
    wait_light(page, "polling")
    signals = [post(server, n) for n in range(1, 6)]
    expect(row(page, signals[-1]).locator("[data-verdict]")).to_have_text("take")
    wait_same(page, server)
    assert set(signals) <= set(listed_ids(server))


@pytest.mark.parametrize("blocked", [False, True], ids=["websocket", "long poll"])
def test_a_restart_leaves_no_gap_and_no_duplicate(server: DeskServer, visitor: Visitor, blocked: bool) -> None:
    """The page goes on by its position when the server returns: what came meanwhile is there, once, in order."""
    page = visitor.open(server, before=block_websocket if blocked else None)
    wait_light(page, "polling" if blocked else "live")
    for n in range(1, 6):
        post(server, n)
    wait_same(page, server)
    # A reload would show everything as well; this mark is gone after one.
    page.evaluate("window.__sameDocument = true")
    server.kill()
    wait_light(page, "offline")
    expect(page.locator("[data-signal]")).to_have_count(5)
    server.start()
    while_away = [post(server, n) for n in range(6, 11)]
    wait_light(page, "polling" if blocked else "live")
    wait_same(page, server)
    for n in range(11, 14):
        post(server, n)
    wait_same(page, server)
    assert set(while_away) <= set(listed_ids(server))
    assert page.evaluate("window.__sameDocument")


def stutters(server: DeskServer, page: Page, seconds: float, most_ms: int) -> list[int]:
    """The page's tasks that took more than `most_ms` of processor time, in ms, while over 100 events a second arrive.

    Processor time, as the browser's own trace tells it: this machine is shared, and a task that only had to wait for
    another program's turn is not the page's doing.
    """
    wait_light(page, "live")
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    per_second = 40  # each alert is three facts
    alerts = int(seconds * per_second)
    began = time.monotonic()
    with requests.Session() as session:
        for n in range(alerts):
            assert session.post(server.webhook, data=entry(n), timeout=PATIENCE).status_code == 200
            time.sleep(max(0.0, began + (n + 1) / per_second - time.monotonic()))
    took = time.monotonic() - began
    server.wait_processed()
    wait_light(page, "live")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        round(one["tdur"] / 1000)
        for one in events
        if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in mains and "tdur" in one
    ]
    assert len(tasks) > alerts, "the trace holds the page's tasks"
    long = [task for task in tasks if task > most_ms]
    print(f"{alerts * 3 / took:.0f} events/s on {page.url}: {len(tasks)} tasks, longest {max(tasks)} ms, long {long}")
    return long


def test_a_busy_desk_never_stutters(server: DeskServer, visitor: Visitor) -> None:
    """At over 100 events a second the page stays live, keeps every row, and no task holds it for long.

    Shown to fail by 300 ms of idle work in the store's commit, the long form by 60 ms.
    """
    page = visitor.open(server)
    long = stutters(server, page, 6, CHOKING_MS)
    expect(page.get_by_role("table", name="Signals")).to_have_attribute("aria-rowcount", "241")
    assert long == []


def test_the_landing_page_never_stutters(used: DeskServer, visitor: Visitor) -> None:
    """The ML hub counts and lists as the signals arrive, and is held up no more than the list of signals is."""
    page = visitor.open(used, "/ml-dashboard")
    long = stutters(used, page, 4, CHOKING_MS)
    newest = listed_ids(used)[0]
    expect(page.locator(f"[data-prediction='{newest}']")).to_be_visible()
    assert long == []


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("path", ["/ml-dashboard", "/signals"])
def test_a_minute_without_a_stutter(server: DeskServer, visitor: Visitor, path: str) -> None:
    """The long form: 60 s at 120 events a second, and no task above 50 ms."""
    long = stutters(server, visitor.open(server, path), 60, LONG_MS)
    assert long == []


@pytest.mark.parametrize("blocked", [False, True], ids=["websocket", "long poll"])
def test_a_tab_hidden_for_a_minute_catches_up(server: DeskServer, visitor: Visitor, blocked: bool) -> None:
    """What came meanwhile is there when it is shown again, once and in order, and the lights are right.

    The minute passes on the page's own clock, as when a laptop slept: no timer and no frame ran in it.
    """
    page = visitor.open(
        server, before=lambda context: (block_websocket(context) if blocked else None, context.clock.install())
    )
    wait_light(page, "polling" if blocked else "live")
    post(server, 1)
    wait_same(page, server)
    hide = """(hidden) => {
        Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate("window.__sameDocument = true")
    page.evaluate(hide, True)
    for n in range(2, 8):
        post(server, n)
    page.clock.fast_forward(60_000)
    for n in range(8, 12):
        post(server, n)
    page.evaluate(hide, False)
    wait_same(page, server)
    wait_light(page, "polling" if blocked else "live")
    post(server, 12)
    wait_same(page, server)
    assert len(shown_ids(page)) == 12
    assert page.evaluate("window.__sameDocument")


def test_an_exit_is_folded_into_its_entry(server: DeskServer, visitor: Visitor) -> None:
    """The exit shows in the open journey with its figures, not as a row of its own."""
    signal = server.post_alert(entry(1, trade_id="T-1")).json()["signal_id"]
    page = visitor.open(server, f"/signals/{signal}")
    journey = page.locator(f"[data-journey='{signal}']")
    expect(journey).to_contain_text("As it came", ignore_case=True)
    leaving = entry(3, trade_id="T-1", side="close", price=25_040.0)
    assert server.post_alert(leaving).status_code == 200
    expect(journey.get_by_text("exit", exact=True)).to_have_count(1)
    wait_same(page, server)
    assert listed_ids(server) == [signal]


def test_text_of_an_alert_is_never_markup(used: DeskServer, visitor: Visitor) -> None:
    """Script in an alert is shown as the text that it is."""
    page = visitor.open(used)
    wait_light(page, "live")
    bad = "<img src=x onerror=window.__pwned=1><script>window.__pwned=1</script>"
    signal = used.post_alert(entry(1, comment=bad, trade_id=bad)).json()["signal_id"]
    row(page, signal).click()
    expect(page.locator(f"[data-journey='{signal}']")).to_contain_text("<script>")
    assert page.evaluate("window.__pwned") is None


def test_the_end_of_the_session_is_said(used: DeskServer, visitor: Visitor) -> None:
    """Signing out in one tab ends the other's connection within a second or so, and it asks to sign in again."""
    page = visitor.open(used)
    wait_light(page, "live")
    other = page.context.new_page()
    other.goto(f"{used.url}/signals")
    other.get_by_role("button", name="You").click()
    other.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("alert")).to_contain_text("The session has ended")
    wait_light(page, "signed out")
