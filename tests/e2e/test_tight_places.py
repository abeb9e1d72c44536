"""What a trader must see stays in sight where room is short: long symbols on a phone, many columns on a tablet."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.looking import WAIT_MS, assert_fits, wait_light
from tests.support.alerts import entry
from tests.support.server import DeskServer

pytestmark = pytest.mark.browser

# The last columns of each list: the first that were lost where room was short.
COLUMNS = {
    "/ml-dashboard": ("Verdict", "Result", "Moved by"),
    "/signals": ("Size", "Status", "Result", "Why"),
    "/activity": ("Source", "Symbol", "Message"),
    "/system": ("By", "Queued", "Latency"),
}
LONG = "VERYLONGSYMBOL" * 4


def in_sight(page: Page, what: Locator) -> None:
    """Inside the window and not cut off by what holds it, as soon as the page has settled into its size."""
    expect(what).to_be_visible()
    hidden = """(one) => {
        const own = one.getBoundingClientRect();
        for (let at = one.parentElement; at; at = at.parentElement)
            if (getComputedStyle(at).overflowX !== "visible" && own.right > at.getBoundingClientRect().right + 1)
                return at.outerHTML.slice(0, 90);
        return own.right > innerWidth + 1 ? "the window" : null;
    }"""
    for _ in range(int(WAIT_MS / 50)):
        if what.evaluate(hidden) is None:
            return
        page.wait_for_timeout(50)
    assert what.evaluate(hidden) is None


def test_a_long_symbol_leaves_the_rest_in_sight(used: DeskServer, visitor: Visitor) -> None:
    """Seen to fail with symbols that push side, price and time off a phone's cards; and with a table under 1,200 px
    whose last columns were cut off by its card, by the window from 720 px on."""
    used.post_alert(entry(1, symbol=LONG))
    used.wait_processed()
    page = visitor.open(used, "/signals", width=390, height=844)
    wait_light(page, "live")
    for path, card in (
        ("/signals", "[data-signal]"),
        ("/activity", "[data-fact]"),
        ("/ml-dashboard", "[data-prediction]"),
    ):
        page.goto(used.url + path)
        shown = page.locator(card).filter(has_text=LONG).first
        in_sight(page, shown.locator("time").first)
        assert_fits(page)
    for path, columns in COLUMNS.items():
        page.set_viewport_size({"width": 1024, "height": 768})
        page.goto(used.url + path)
        for width in (1024, 820, 720):
            page.set_viewport_size({"width": width, "height": 768})
            for column in columns:
                in_sight(page, page.get_by_role("columnheader", name=column, exact=True))
            assert_fits(page)


def test_a_long_file_name_leaves_what_can_be_done_in_sight(used: DeskServer, visitor: Visitor) -> None:
    """Seen to fail on a phone with TradingView's own name of its log: the button that stores was gone."""
    page = visitor.open(used, "/webhooks/backfill", width=390, height=844)
    wait_light(page, "live")
    name = "TradingView_Alerts_Log_2025-11-15_ff323.csv"
    log = b"Alert ID,Ticker,Name,Description,Time\n1,MNQ1!,one,BUY MNQ1! @ 25118.25,2025-12-01T10:45:00Z\n"
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": log})
    in_sight(page, page.get_by_role("button", name="Store the 1 missed"))
    assert_fits(page)
