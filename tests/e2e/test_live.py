"""A signal reaches the page whatever the network does, and each signal once."""

import time

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.conftest import Visitor
from tests.e2e.looking import listed_ids, row, wait_light, wait_same
from tests.support.alerts import entry
from tests.support.server import DeskServer

pytestmark = pytest.mark.browser


def block_websocket(context: BrowserContext) -> None:
    context.route_web_socket("**/*", lambda socket: socket.close())


def post(server: DeskServer, n: int) -> str:
    answer = server.post_alert(entry(n))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["signal_id"])


def test_a_signal_arrives_by_websocket(server: DeskServer, visitor: Visitor) -> None:
    """An alert shows on the open page with its verdict, without the page being loaded again."""
    page = visitor.open(server)
    wait_light(page, "live")
    signal = post(server, 1)
    expect(row(page, signal)).to_be_visible(timeout=5_000)
    expect(row(page, signal).locator("[data-verdict]")).to_have_text("take", timeout=5_000)
    expect(row(page, signal)).to_contain_text("MNQ1!")
    expect(row(page, signal)).to_contain_text("BUY")


def test_a_signal_arrives_by_long_poll(server: DeskServer, visitor: Visitor) -> None:
    """With WebSocket blocked the page says that it polls, and misses nothing."""
    page = visitor.open(server, before=block_websocket)
    wait_light(page, "polling")
    signals = [post(server, n) for n in range(1, 6)]
    expect(row(page, signals[-1]).locator("[data-verdict]")).to_have_text("take", timeout=10_000)
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


def test_a_busy_desk_never_stutters(server: DeskServer, visitor: Visitor) -> None:
    """At over 100 events a second the page stays live, keeps every row, and no task holds it for longer than 50 ms.

    Long tasks are counted by the browser itself; a few are forgiven, because other programs share this machine. Shown
    to fail by 60 ms of idle work in the store's commit.
    """
    watch = """
        window.__long = [];
        const note = (list) => window.__long.push(...list.getEntries().map((one) => Math.round(one.duration)));
        new PerformanceObserver(note).observe({type: "longtask"});
    """
    page = visitor.open(server)
    wait_light(page, "live")
    page.evaluate(watch)
    alerts, per_second = 400, 40  # each alert is three facts
    began = time.monotonic()
    for n in range(alerts):
        post(server, n)
        time.sleep(max(0.0, began + (n + 1) / per_second - time.monotonic()))
    took = time.monotonic() - began
    server.wait_processed()
    expect(page.get_by_role("table", name="Signals")).to_have_attribute(
        "aria-rowcount", str(alerts + 1), timeout=10_000
    )
    wait_light(page, "live")
    long = page.evaluate("window.__long")
    print(f"{alerts * 3 / took:.0f} events/s, long tasks {long} ms")
    assert len(long) <= 5, f"long tasks: {long} ms"


def test_an_exit_is_folded_into_its_entry(server: DeskServer, visitor: Visitor) -> None:
    """The exit shows in the open journey with its figures, not as a row of its own."""
    signal = server.post_alert(entry(1, trade_id="T-1")).json()["signal_id"]
    page = visitor.open(server, f"/signals/{signal}")
    journey = page.locator(f"[data-journey='{signal}']")
    expect(journey).to_contain_text("As it came", timeout=10_000, ignore_case=True)
    leaving = entry(3, trade_id="T-1", side="close", price=25_040.0)
    assert server.post_alert(leaving).status_code == 200
    expect(journey.get_by_text("exit", exact=True)).to_have_count(1, timeout=10_000)
    wait_same(page, server)
    assert listed_ids(server) == [signal]


def test_text_of_an_alert_is_never_markup(server: DeskServer, visitor: Visitor) -> None:
    """Script in an alert is shown as the text that it is."""
    page = visitor.open(server)
    wait_light(page, "live")
    bad = "<img src=x onerror=window.__pwned=1><script>window.__pwned=1</script>"
    signal = server.post_alert(entry(1, comment=bad, trade_id=bad)).json()["signal_id"]
    row(page, signal).click()
    expect(page.locator(f"[data-journey='{signal}']")).to_contain_text("<script>", timeout=10_000)
    assert page.evaluate("window.__pwned") is None


def test_the_end_of_the_session_is_said(server: DeskServer, visitor: Visitor) -> None:
    """Signing out in one tab ends the other's connection within a second or so, and it asks to sign in again."""
    page = visitor.open(server)
    wait_light(page, "live")
    other = page.context.new_page()
    other.goto(f"{server.url}/signals")
    other.get_by_role("button", name="You").click()
    other.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("alert")).to_contain_text("The session has ended", timeout=5_000)
    wait_light(page, "signed out")
