"""ML hub and System as a person meets them: with nothing, one signal, ten thousand; desk and phone, dark and paper."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import PASSWORD, Visitor
from tests.e2e.looking import (
    IN_STEP_MS,
    IN_STEP_MS_AS_PROMISED,
    assert_accessible,
    assert_fits,
    press_in_turn,
    shoot,
    wait_light,
)
from tests.support.alerts import entry
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer
from tests.support.topology import within

pytestmark = pytest.mark.browser

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
LCP_MS, SHIFT = 1_000, 0.05
# As slow a machine as there may be; a page that waits for ten thousand signals, or for ever, is slower.
SHORT_LCP_MS = 8_000
CLICK = """() => { const at = Date.now(); document.querySelector("[role=switch]").click(); return at; }"""
# Runs before the page: what the browser measured of its own first picture.
MEASURE = """
    window.__lcp = 0; window.__shift = 0;
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.__lcp = one.startTime; })
        .observe({type: "largest-contentful-paint", buffered: true});
    new PerformanceObserver((list) => { for (const one of list.getEntries()) window.__shift += one.value; })
        .observe({type: "layout-shift", buffered: true});
"""


def open_hub(visitor: Visitor, server: DeskServer, size: str = "desk", path: str = "/ml-dashboard") -> Page:
    width, height = SIZES[size]
    page = visitor.open(server, path, width=width, height=height)
    wait_light(page, "live")
    return page


def look(page: Page, name: str) -> None:
    """Fits, is accessible and has its picture taken, on paper and dark.

    Dark is last: the desk remembers it for the next page that a test opens, and such a page is dark before it hears so.
    """
    html = page.locator("html")
    for theme in ("light", "dark"):
        if html.get_attribute("data-theme") != theme:
            page.keyboard.press("t")
        expect(html).to_have_attribute("data-theme", theme)
        shoot(page, f"{name}-{theme}")
        assert_fits(page)
        assert_accessible(page)


def on_both(page: Page, name: str, hub: Callable[[Page], None]) -> None:
    hub(page)
    look(page, f"ml-{name}")
    press_in_turn(page, "gy", "/system$")
    expect(page.locator("[data-lamp='Database']")).to_have_attribute("data-glow", re.compile("good|warn"))
    expect(page.locator("[data-stat='Facts a second']")).to_be_visible()
    look(page, f"system-{name}")


@pytest.mark.parametrize("size", list(SIZES))
def test_with_nothing_yet(untouched: DeskServer, visitor: Visitor, size: str) -> None:
    """The model is there with its figures; each empty card says what will fill it."""

    def hub(page: Page) -> None:
        expect(page.get_by_text("starter: not for trading", exact=True)).to_be_visible()
        expect(page.locator("[data-condition]")).to_contain_text("neither vetoes nor scales")
        expect(page.get_by_text("No signal has been scored yet.")).to_be_visible()
        expect(page.get_by_text("holds no importance")).to_be_visible()
        expect(page.get_by_role("img", name=re.compile("Calibration: 10 tenths"))).to_be_attached()

    on_both(open_hub(visitor, untouched, size), f"empty-{size}", hub)


def test_with_one_signal(server: DeskServer, visitor: Visitor) -> None:
    """It arrives on the open page with its probability, and stands open with what moved it until somebody closes it.

    Seen to fail with a card that was empty but for one line.
    """
    page = open_hub(visitor, server)
    signal = server.post_alert(entry(1)).json()["signal_id"]

    def hub(page: Page) -> None:
        row = page.locator(f"[data-prediction='{signal}']")
        expect(row).to_contain_text("MNQ1!")
        moved = page.get_by_role("heading", name="What the model says")
        expect(moved).to_be_visible()
        row.click()
        expect(moved).to_have_count(0)
        row.click()
        expect(moved).to_be_visible()
        expect(page.get_by_text("1 in 30 days")).to_be_visible()

    on_both(page, "one-desk", hub)


@pytest.mark.parametrize("size", list(SIZES))
def test_with_ten_thousand(crowded: DeskServer, visitor: Visitor, size: str) -> None:
    """The newest hundred are listed, few are drawn, and the spread says that it is of the newest."""

    def hub(page: Page) -> None:
        expect(page.locator("[data-prediction]").first).to_be_visible()
        assert page.locator("[data-prediction]").count() < 60
        expect(page.get_by_text(re.compile(r"the newest 2.000 in 30 days"))).to_be_visible()

    on_both(open_hub(visitor, crowded, size), f"ten-thousand-{size}", hub)


@pytest.mark.parametrize("most", [SHORT_LCP_MS, pytest.param(LCP_MS, marks=pytest.mark.chaos)])
def test_the_first_picture_is_quick_and_still(crowded: DeskServer, visitor: Visitor, most: float) -> None:
    """The best of three loads: painted soon (within a second in the long form), and nothing jumps more than 0.05."""
    found: list[tuple[float, float]] = []
    page = visitor.open(crowded, "/ml-dashboard", before=lambda context: context.add_init_script(MEASURE))
    for _ in range(3):
        page.reload()
        wait_light(page, "live")
        page.wait_for_timeout(1_000)
        found.append((page.evaluate("window.__lcp"), page.evaluate("window.__shift")))
    print("LCP ms, layout shift:", found)
    assert min(lcp for lcp, _ in found) <= most, found
    assert max(shift for _, shift in found) <= SHIFT, found


@pytest.mark.parametrize("most", [IN_STEP_MS, pytest.param(IN_STEP_MS_AS_PROMISED, marks=pytest.mark.chaos)])
def test_what_one_browser_sets_every_other_shows(server: DeskServer, visitor: Visitor, most: float) -> None:
    """At once (within 200 ms in the long form), as the second browser's clock tells; both pages run on one machine.

    The best of five, because other programs share this machine. Seen to fail without the fold of `settings_update`.
    """
    mine, theirs = open_hub(visitor, server), open_hub(visitor, server)
    watch = """
        window.__seen = 0;
        const one = document.querySelector("[role=switch]");
        new MutationObserver(() => { window.__seen = Date.now(); }).observe(one, {attributeFilter: ["aria-checked"]});
    """
    expect(theirs.get_by_role("switch").first).to_be_visible()
    theirs.evaluate(watch)
    took = []
    for wanted in ("true", "false", "true", "false", "true"):
        clicked = mine.evaluate(CLICK)
        expect(theirs.get_by_role("switch").first).to_have_attribute("aria-checked", wanted)
        expect(mine.get_by_role("switch").first).to_have_attribute("aria-checked", wanted)
        took.append(theirs.evaluate("window.__seen") - clicked)
    print("ms from the click to the other browser:", took)
    assert min(took) <= most
    mine.get_by_role("slider").focus()
    mine.keyboard.press("ArrowRight")
    expect(theirs.get_by_role("slider")).to_have_value("71")


def test_notifications_are_asked_for_by_a_click_and_told_once(server: DeskServer, visitor: Visitor) -> None:
    """No question before the explanation and its button; then one silent notification for each signal that is sure."""
    recorder = """
        window.__asked = 0; window.__told = [];
        window.Notification = class {
          static permission = "default";
          static async requestPermission() { window.__asked += 1; return (this.permission = "granted"); }
          constructor(title, given) { window.__told.push({title, ...given}); }
          close() {}
        };
    """
    page = visitor.open(server, "/ml-dashboard", before=lambda context: context.add_init_script(recorder))
    wait_light(page, "live")
    page.get_by_role("slider").fill("30")
    page.get_by_role("switch", name="Notify me of such signals").click()
    expect(page.get_by_text("Your browser will ask once")).to_be_visible()
    assert page.evaluate("window.__asked") == 0
    page.get_by_role("button", name="Let this browser notify me").click()
    expect(page.get_by_text("This browser may notify you.")).to_be_visible()
    expect(page.get_by_role("slider")).to_have_value("30")
    chosen = {"notify": True, "probability": 0.3}
    within(lambda: server.get("/api/settings/high_confidence") == chosen, "what was chosen is kept")
    signal = server.post_alert(entry(1)).json()["signal_id"]
    wait_told(page, 1)
    server.post_alert(entry(3))
    told = wait_told(page, 2)
    assert [one["tag"] for one in told].count(signal) == 1
    assert told[0]["silent"] is True
    assert told[0]["title"].startswith("BUY MNQ1!")


def wait_told(page: Page, count: int) -> list[dict[str, Any]]:
    """What was told, once there are so many; the page's policy refuses Playwright's own way to wait for it."""
    for _ in range(20 * int(PATIENCE)):
        found: list[dict[str, Any]] = page.evaluate("window.__told")
        if len(found) >= count:
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"{count} notifications wanted, {len(found)} told")


def wait_fetched(page: Page, script: str) -> None:
    """Until the page has fetched this script ahead of its use."""
    scripts = "() => performance.getEntriesByType('resource').map(one => one.name).filter(one => one.endsWith('.js'))"
    had: list[str] = []
    for _ in range(int(PATIENCE)):
        page.wait_for_timeout(1_000)  # what it imports comes after it
        before, had = had, page.evaluate(scripts)
        if had == before and any(script in one for one in had):
            return
    raise AssertionError(f"{script} was not fetched")


def test_a_server_that_is_gone_is_said_with_what_to_do(server: DeskServer, visitor: Visitor) -> None:
    """Its last figures grey out and stay, the light says what to do, and all is well again when it is back.

    Seen to fail with a tool that could not be opened, because its script was still on the server.
    """
    page = open_hub(visitor, server, path="/system")
    browser = page.locator("[data-lamp='This browser']")
    expect(browser).to_have_attribute("data-glow", "good")
    wait_fetched(page, "SignalsPage")
    server.kill()
    expect(browser).to_have_attribute("data-glow", "bad")
    expect(browser).to_contain_text("Check the network and that the server runs")
    expect(page.locator("[data-state=stale]")).to_contain_text("what you see is its last state")
    expect(page.locator("[data-stat='Memory']")).to_contain_text("MB")
    expect(page.get_by_role("img", name=re.compile("^This browser: .*offline"))).to_be_attached()
    shoot(page, "system-offline-desk-dark")
    page.get_by_role("link", name="Live signals").click()
    expect(page.get_by_role("heading", name="Live signals")).to_be_visible()
    page.get_by_role("link", name="System").click()
    server.start()
    expect(browser).to_have_attribute("data-glow", "good")
    expect(page.locator("[data-state=stale]")).to_have_count(0)


def test_the_live_clients_figure_agrees_with_their_list(
    start_server: Callable[..., DeskServer], visitor: Visitor
) -> None:
    """Also while the server's own figures are old: they were taken before whoever came last.

    Seen to fail with a figure that stays at what the server told first.
    """
    server = start_server(DASHBOARD_PASSWORD=PASSWORD, SYSTEM_HEALTH_SECONDS="60")
    page = open_hub(visitor, server, path="/system")
    figure = page.locator("[data-stat='Live clients']")
    expect(figure).to_contain_text("1 websocket", timeout=20_000)
    open_hub(visitor, server)
    expect(figure).to_contain_text("2 websocket", timeout=20_000)
    expect(page.get_by_role("table", name="Live clients")).to_have_attribute("aria-rowcount", "3")


def test_an_ended_session_is_not_called_a_lost_server(untouched: DeskServer, visitor: Visitor) -> None:
    """Seen to fail with the words of a server that is gone: nobody should look for a network's fault then."""
    page = open_hub(visitor, untouched, path="/system")
    expect(page.locator("[data-stat='Memory']")).to_contain_text("MB")
    page.context.clear_cookies()
    page.get_by_role("link", name="ML hub").click()
    page.get_by_role("link", name="System").click()
    expect(page.get_by_role("alert").get_by_role("link", name="Sign in again")).to_be_visible()
    expect(page.locator("[data-lamp='This browser']")).not_to_contain_text("network")
    expect(page.locator("[data-state=stale]")).to_have_count(0)


def test_every_component_in_every_state(untouched: DeskServer, visitor: Visitor) -> None:
    """Accessible at both sizes in both themes, sorted by a click, walked by key, with its dialog and toasts."""
    look(open_hub(visitor, untouched, "phone", "/_components"), "components-phone")
    page = open_hub(visitor, untouched, "desk", "/_components")
    table = page.get_by_role("table", name="Rows")
    first = table.locator("[data-row]").first
    expect(first).to_have_attribute("data-row", "0")
    table.get_by_role("button", name="Result").click()
    expect(table.get_by_role("columnheader", name="Result")).to_have_attribute("aria-sort", "descending")
    expect(first).to_contain_text("+2.49")
    table.get_by_role("button", name="Result").click()
    expect(first).to_contain_text("1.49")
    first.get_by_role("button").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(table.locator("[data-open=true]")).to_have_count(1)
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    dialog.get_by_role("textbox").fill("delete")
    assert_accessible(page)
    dialog.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Bad toast").click()
    expect(page.get_by_text("Not saved.").first).to_be_visible()
    look(page, "components-desk")
