"""Live signals as a person meets it: first use, one row, ten thousand, on a desk and on a phone, by mouse and key."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.looking import (
    MOST_SCROLLS,
    assert_accessible,
    assert_fits,
    press_in_turn,
    row,
    shoot,
    shown_ids,
    wait_light,
)
from tests.support.alerts import entry, now
from tests.support.server import DeskServer

pytestmark = pytest.mark.browser

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
looks = pytest.mark.parametrize("theme", ["dark", "light"])
sizes = pytest.mark.parametrize("size", list(SIZES))


def open_at(visitor: Visitor, server: DeskServer, size: str, theme: str, path: str = "/signals") -> Page:
    width, height = SIZES[size]
    page = visitor.open(server, path, width=width, height=height, theme=theme)
    wait_light(page, "live")
    return page


@sizes
@looks
def test_an_empty_desk_shows_the_next_step(server: DeskServer, visitor: Visitor, size: str, theme: str) -> None:
    """The address and the message to copy, and a test alert that really travels and then stands in the list."""
    page = open_at(visitor, server, size, theme)
    expect(page.get_by_role("heading", name="Waiting for the first alert")).to_be_visible()
    expect(page.get_by_role("region", name="Webhook URL")).to_contain_text("/webhook/")
    expect(page.get_by_role("region", name="Message")).to_contain_text("{{ticker}}")
    expect(page.get_by_role("region", name="Command")).to_contain_text("curl")
    page.get_by_role("button", name="Copy Webhook URL").click()
    assert "/webhook/" in page.evaluate("navigator.clipboard.readText()")
    shoot(page, f"empty-{size}-{theme}")
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("button", name="Send a test alert").click()
    arrived = page.locator("[data-signal]")
    expect(arrived).to_have_count(1)
    expect(arrived).to_contain_text("test")
    shoot(page, f"one-{size}-{theme}")


@sizes
@looks
def test_a_row_opens_in_place(used: DeskServer, visitor: Visitor, size: str, theme: str) -> None:
    """The journey: what came, what was made of it, why; and the model's mark that it is not for trading."""
    signals = [used.post_alert(entry(n)).json()["signal_id"] for n in range(1, 31)]
    used.wait_processed()
    page = open_at(visitor, used, size, theme)
    row(page, signals[-2]).click()
    journey = page.locator(f"[data-journey='{signals[-2]}']")
    for words in ("received", "scored", "starter: not for trading", "alert number 29"):
        expect(journey).to_contain_text(words)
    assert page.url.endswith(f"/signals/{signals[-2]}")
    shoot(page, f"journey-{size}-{theme}")
    assert_fits(page)
    assert_accessible(page)


@sizes
def test_a_link_leads_to_the_signal(used: DeskServer, visitor: Visitor, size: str) -> None:
    """A deep link opens its signal, also when the list's filter leaves it out."""
    signals = [used.post_alert(entry(n)).json()["signal_id"] for n in range(1, 5)]
    used.wait_processed()
    page = open_at(visitor, used, size, "dark", f"/signals/{signals[0]}?side=sell")
    expect(page.locator(f"[data-linked='{signals[0]}']")).to_contain_text("alert number 1")
    assert signals[0] not in shown_ids(page)
    assert_accessible(page)


def test_filters_stand_in_the_address(server: DeskServer, visitor: Visitor) -> None:
    """A filter narrows the list and what arrives later, can be linked, and goes away again."""
    for n in range(1, 9):
        server.post_alert(entry(n))
    server.wait_processed()
    page = open_at(visitor, server, "desk", "dark")
    expect(page.locator("[data-signal]")).to_have_count(8)
    page.get_by_label("Side").select_option("buy")
    expect(page.locator("[data-signal]")).to_have_count(4)
    assert page.url.endswith("?side=buy")
    server.post_alert(entry(10))
    late = server.post_alert(entry(11)).json()["signal_id"]
    expect(row(page, late)).to_be_visible()
    expect(page.locator("[data-signal]")).to_have_count(5)
    page.get_by_label("Text").fill("alert number 11")
    expect(page.locator("[data-signal]")).to_have_count(1)
    page.reload()
    expect(page.get_by_label("Side")).to_have_value("buy")
    expect(page.locator("[data-signal]")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("[data-signal]")).to_have_count(10)


def test_pause_holds_the_list_and_counts(server: DeskServer, visitor: Visitor) -> None:
    """While paused nothing moves; what waits is counted and comes at once when resumed."""
    server.post_alert(entry(1))
    page = open_at(visitor, server, "desk", "dark")
    expect(page.locator("[data-signal]")).to_have_count(1)
    page.keyboard.press("p")
    for n in range(2, 5):
        server.post_alert(entry(n))
    expect(page.get_by_role("button", name="Paused · 3 waiting")).to_be_visible()
    expect(page.locator("[data-signal]")).to_have_count(1)
    page.keyboard.press("p")
    expect(page.locator("[data-signal]")).to_have_count(4)


def test_the_desk_is_driven_by_keys(server: DeskServer, visitor: Visitor) -> None:
    """Palette, help, jumps and rows without a mouse, and all of it accessible while open."""
    signals = [server.post_alert(entry(n)).json()["signal_id"] for n in range(1, 4)]
    server.wait_processed()
    page = open_at(visitor, server, "desk", "dark")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Command palette")).to_be_visible()
    assert_accessible(page)
    page.keyboard.type("paper")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("menuitemradio", name="Blue and orange")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Look")).to_be_focused()
    row(page, signals[2]).get_by_role("button").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/signals/{signals[1]}$"))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/signals$"))
    page.keyboard.press("Control+k")
    page.keyboard.type("backfill")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/webhooks/backfill$"))
    page.goto(f"{server.url}/signals?verdict=skip")
    wait_light(page, "live")
    press_in_turn(page, "gs", "/signals$")


def test_ten_thousand_rows_stay_light(crowded: DeskServer, visitor: Visitor) -> None:
    """The whole history can be scrolled through; only what the eye sees is drawn, and what is new waits above."""
    page = open_at(visitor, crowded, "desk", "dark")
    rows = page.locator("[data-signal]")
    expect(rows.first).to_be_visible()
    table = page.get_by_role("table", name="Signals")
    body = table.locator("[role=rowgroup]").last
    for _ in range(MOST_SCROLLS):
        if int(table.get_attribute("aria-rowcount") or 0) > 10_000:
            break
        body.evaluate("e => e.scrollTo(0, e.scrollHeight)")
        page.wait_for_timeout(50)
    assert table.get_attribute("aria-rowcount") == "10001"
    body.evaluate("e => e.scrollTo(0, e.scrollHeight)")
    expect(rows.filter(has_text="20 000.00")).to_have_count(1)
    assert rows.count() < 100
    shoot(page, "ten-thousand-desk-dark")
    newest = crowded.post_alert(entry(1, timenow=now())).json()["signal_id"]
    page.get_by_role("button", name="1 new signal").click()
    expect(row(page, newest)).to_be_visible()
    wait_light(page, "live")
    assert_accessible(page)
