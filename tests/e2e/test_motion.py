"""Who asked their system for less motion sees none: no row that glows, no arrow that turns, no list that glides."""

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.conftest import Visitor
from tests.e2e.looking import wait_light
from tests.support.alerts import entry
from tests.support.server import DeskServer

pytestmark = pytest.mark.browser

# Runs before the page: writes down, frame by frame, whatever is being animated, and what scrolls by itself.
WATCH = """
    window.__moved = [];
    const look = () => {
        for (const one of document.getAnimations()) {
            const what = one.effect?.target;
            const name = one.animationName ?? one.transitionProperty ?? "script";
            window.__moved.push(`${name} of ${what?.className ?? what}`);
        }
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    for (const name of ["scrollTo", "scrollBy", "scroll", "scrollIntoView"]) {
        const own = Element.prototype[name];
        Element.prototype[name] = function (...given) {
            if (given[0]?.behavior === "smooth") window.__moved.push(`${name} glides`);
            return own.apply(this, given);
        };
    }
"""
GLIDES = """() => [...document.querySelectorAll("*")]
    .filter((one) => getComputedStyle(one).scrollBehavior !== "auto").map((one) => one.tagName)"""


class Walk:
    """One visitor's pages, and what was seen to move on them: each page's list goes with it, so it is kept before."""

    def __init__(self, context: BrowserContext, server: DeskServer) -> None:
        context.add_init_script(WATCH)
        self.page, self.server = context.new_page(), server
        self.moved: set[str] = set()

    def go(self, path: str) -> None:
        self.keep()
        self.page.goto(self.server.url + path)
        wait_light(self.page, "live")

    def keep(self) -> None:
        self.page.wait_for_timeout(300)
        self.moved.update(self.page.evaluate("window.__moved ?? []"))
        self.moved.update(f"{one} glides" for one in self.page.evaluate(GLIDES))

    def see_a_row_come_and_open(self, path: str, row: str, number: int) -> None:
        self.go(path)
        rows = self.page.locator(f"[{row}]")
        expect(rows.first).to_be_visible()
        self.page.wait_for_timeout(300)  # the first page of history is there: what comes now is new
        self.server.post_alert(entry(number))
        expect(self.page.locator(f"[{row}][data-arrived=true]").first).to_be_attached()
        rows.first.get_by_role("button").first.click()

    def use_the_rest(self) -> None:
        page = self.page
        for key in ("Control+k", "?"):
            page.keyboard.press(key)
            expect(page.get_by_role("dialog")).to_be_visible()
            page.keyboard.press("Escape")
        page.get_by_role("button", name="Types").click()
        expect(page.get_by_role("checkbox").first).to_be_visible()
        page.keyboard.press("Escape")
        self.go("/ml-dashboard")
        page.get_by_role("switch").first.click()
        self.go("/webhooks/backfill")
        file = {"name": "log.csv", "mimeType": "text/csv", "buffer": b"no log"}
        page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        expect(page.get_by_role("alert").first).to_be_visible()
        self.go("/system")
        page.keyboard.press("t")
        self.keep()


def test_nothing_moves_for_who_asked_for_that(used: DeskServer, visitor: Visitor, browser: Browser) -> None:
    """And a row that comes is seen to move for everybody else, so that the watch is known to see.

    Seen to fail without the rule in `look.css`: the edge of a new row, the turning arrow.
    """
    used.post_alert(entry(1))
    used.wait_processed()
    context = visitor.context(used, width=1440, height=900, theme="dark")
    still = Walk(context, used)
    still.see_a_row_come_and_open("/signals", "data-signal", 11)
    still.see_a_row_come_and_open("/activity", "data-fact", 12)
    still.use_the_rest()
    assert still.moved == set()
    others = browser.new_context(reduced_motion="no-preference", storage_state=context.storage_state())
    try:
        lively = Walk(others, used)
        lively.see_a_row_come_and_open("/signals", "data-signal", 13)
        lively.keep()
        assert any(one.startswith("edge of") for one in lively.moved), lively.moved
        assert any(one.startswith("rotate of") for one in lively.moved), lively.moved
    finally:
        others.close()
