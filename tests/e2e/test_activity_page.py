"""Activity as a person meets it: empty, live, ten thousand rows; narrowed, held, jumped through and taken away."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.desks import desk, line, publish
from tests.e2e.looking import (
    IN_STEP_MS,
    IN_STEP_MS_AS_PROMISED,
    MOST_SCROLLS,
    assert_accessible,
    assert_fits,
    shoot,
    wait_light,
)
from tests.support.alerts import entry, now
from tests.support.server import DeskServer

pytestmark = pytest.mark.browser

KINDS = ("scan", "strategy", "order", "profit", "rebalance", "info", "warning", "error")
HOSTILE = "<img src=x onerror=alert(1)> **bold** @everyone\u202e"
MANY = 10_000


@pytest.fixture(scope="module")
def busy(template_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """Alerts, refusals, scores and one line of each kind of activity."""
    with desk(template_data_dir, tmp_path_factory.mktemp("busy") / "data") as server:
        for n in range(1, 9):
            server.post_alert(entry(n))
        server.post_alert('{"symbol": "ES1!", "side": "buy", "price": 1,234}')
        for kind in KINDS:
            level = {"warning": "WARNING", "error": "ERROR"}.get(kind, "INFO")
            publish(
                server,
                line(
                    f"one {kind}",
                    kind,
                    level=level,
                    symbol="AAPL",
                    data={"note": HOSTILE, "legs": [1, {"a": None}], "why": None},
                ),
            )
        server.wait_processed()
        yield server


@pytest.fixture(scope="module")
def many(template_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """Ten thousand lines."""
    with desk(template_data_dir, tmp_path_factory.mktemp("many") / "data") as server:
        publish(server, *(line(f"number {n}", "scan" if n % 2 else "order") for n in range(1, MANY + 1)))
        yield server


def rows(page: Page, text: str = "") -> Locator:
    return page.locator("[data-fact]").filter(has_text=text)


def open_feed(visitor: Visitor, server: DeskServer, query: str = "", **look: object) -> Page:
    page = visitor.open(server, f"/activity{query}", **look)  # type: ignore[arg-type]
    wait_light(page, "live")
    return page


@pytest.mark.parametrize(("size", "theme"), [("desk", "light"), ("phone", "dark")])
def test_an_empty_journal_says_what_will_fill_it(server: DeskServer, visitor: Visitor, size: str, theme: str) -> None:
    """Nothing yet, and where to begin; the first line that comes stands there by itself."""
    width, height = (1440, 900) if size == "desk" else (390, 844)
    page = open_feed(visitor, server, width=width, height=height, theme=theme)
    page.goto(f"{server.url}/activity?types=event")
    expect(page.get_by_text("Nothing matches these filters.")).to_be_visible()
    shoot(page, f"activity-empty-{size}-{theme}")
    assert_fits(page)
    assert_accessible(page)
    publish(server, line("the first", "scan"))
    expect(rows(page, "the first")).to_have_count(1)


@pytest.mark.parametrize(("size", "theme"), [("desk", "dark"), ("phone", "light")])
def test_everything_that_happens_is_there_and_opens(busy: DeskServer, visitor: Visitor, size: str, theme: str) -> None:
    """Each type with its sign, who reports, and a fact's data as a tree in which hostile text is only text."""
    width, height = (1440, 900) if size == "desk" else (390, 844)
    page = open_feed(visitor, busy, width=width, height=height, theme=theme)
    for kind in KINDS:
        expect(rows(page, f"one {kind}")).to_have_count(1)
    expect(page.locator("[data-publisher='My Script']")).to_have_attribute("data-active", "true")
    expect(page.locator("[data-chart=activity]")).to_have_attribute("data-total", re.compile(r"^[1-9]\d+$"))
    shoot(page, f"activity-{size}-{theme}")
    rows(page, "one order").click()
    detail = page.locator("[data-detail]")
    expect(detail).to_contain_text(HOSTILE)
    expect(detail).to_contain_text("not told: why")
    expect(detail).to_contain_text("published from outside")
    shoot(page, f"activity-detail-{size}-{theme}")
    assert_fits(page)
    assert_accessible(page)


def test_filters_stand_in_the_address_and_hold_for_what_comes(busy: DeskServer, visitor: Visitor) -> None:
    """Type, kind, level, source, symbol, text and expression: of history by the server, of live facts here, alike."""
    page = open_feed(visitor, busy)
    page.get_by_role("button", name="Types").click()
    page.get_by_role("checkbox", name="signal refused").check()
    page.keyboard.press("Escape")
    expect(rows(page)).to_have_count(1)
    assert page.url.endswith("?types=signal_rejected")
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Only warning").click()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Levels").click()
    page.get_by_role("checkbox", name="error", exact=True).check()
    page.keyboard.press("Escape")
    expect(rows(page)).to_have_count(1)
    page.goto(f"{busy.url}/activity?source=My+Script&symbols=AAPL&q=ONE+S")
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Regular expression").click()
    page.get_by_label("Expression", exact=True).fill("^(late|one) (scan|profit)")
    expect(rows(page)).to_have_count(2)
    publish(busy, line("late profit", "profit", symbol="AAPL"), line("too late", symbol="AAPL"))
    expect(rows(page)).to_have_count(3)
    page.reload()
    expect(rows(page)).to_have_count(3)
    page.get_by_label("Expression", exact=True).fill("(?i)^LATE")
    expect(page.get_by_text("The server matches this expression")).to_be_visible()
    publish(busy, line("late order", "order", symbol="AAPL"))
    expect(rows(page)).to_have_count(2)
    page.get_by_label("Expression", exact=True).fill("(unclosed")
    expect(page.get_by_role("alert").filter(has_text="RE2")).to_be_visible()
    assert_accessible(page)


def test_a_held_feed_counts_what_waits(busy: DeskServer, visitor: Visitor) -> None:
    """Paused, nothing moves; resumed, all of it is there."""
    page = open_feed(visitor, busy, "?source=pause")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("p")
    publish(busy, *(line(f"waits {n}", source="pause") for n in range(3)))
    expect(page.get_by_role("button", name="Paused · 3 waiting")).to_be_visible()
    expect(rows(page)).to_have_count(0)
    page.keyboard.press("p")
    expect(rows(page)).to_have_count(3)


def test_a_time_is_jumped_to_by_chart_and_by_key(many: DeskServer, visitor: Visitor) -> None:
    """A click on the chart and a typed time lead to the past, marked as such, and back to now."""
    page = open_feed(visitor, many)
    expect(rows(page, f"number {MANY}").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.type("never")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="No time")).to_be_visible()
    page.get_by_label("Jump to a time").fill("5d")
    page.keyboard.press("Enter")
    expect(page.locator("[data-past]")).to_contain_text("The past")
    # Seen to fail with a promise that new events would appear in the past.
    expect(page.get_by_text("Nothing had happened by then.")).to_be_visible()
    page.go_back()
    expect(page.locator("[data-past]")).to_have_count(0)
    page.go_forward()
    expect(page.locator("[data-past]")).to_contain_text("The past")
    page.get_by_role("button", name="Back to now").click()
    expect(page.locator("[data-past]")).to_have_count(0)
    box = page.locator("[data-chart=activity]").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 20, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile("since=.*until="))
    expect(rows(page).first).to_be_visible()
    shoot(page, "activity-past-desk-dark")
    assert_accessible(page)


@pytest.mark.parametrize("most", [IN_STEP_MS, pytest.param(IN_STEP_MS_AS_PROMISED, marks=pytest.mark.chaos)])
def test_a_saved_filter_is_in_every_browser(busy: DeskServer, visitor: Visitor, most: float) -> None:
    """Saved in one, there in the other without being asked for (the best of three; 200 ms are the long form's)."""
    one, other = open_feed(visitor, busy, "?kinds=order&types=event"), open_feed(visitor, busy)
    took = []
    for n in range(3):
        name = f"Orders {most} {n}"
        one.goto(f"{busy.url}/activity?kinds=order&types=event&q=x{most}-{n}")
        one.get_by_role("button", name="Save this filter").click()
        one.get_by_label("Name of the preset").fill(name)
        seen = other.evaluate_handle(
            """(name) => ({ at: new Promise((done) => new MutationObserver((_, watcher) => {
                if (document.querySelector(`[data-preset="${name}"]`)) { watcher.disconnect(); done(Date.now()); }
            }).observe(document.body, {childList: true, subtree: true})) })""",
            name,
        )
        clicked = one.get_by_role("button", name="Save", exact=True).evaluate(
            "(button) => { button.click(); return Date.now(); }"
        )
        took.append(seen.evaluate("(one) => one.at") - clicked)
    print(f"in step after {took} ms")
    assert min(took) <= most, took
    other.get_by_role("button", name=f"Orders {most} 2", exact=True).click()
    expect(other).to_have_url(re.compile(f"kinds=order.*q=x{most}-2"))
    other.get_by_role("button", name=f"Forget Orders {most} 2").click()
    expect(one.locator(f"[data-preset='Orders {most} 2']")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 390])
def test_what_is_filtered_can_be_copied_and_exported(busy: DeskServer, visitor: Visitor, width: int) -> None:
    """Lines for a spreadsheet on the clipboard, and a file of everything that the filter lets through.

    Seen to fail on a phone, where neither was to be had.
    """
    page = open_feed(visitor, busy, "?types=event&q=one+", width=width, height=844)
    expect(rows(page)).to_have_count(8)
    page.get_by_role("button", name="Copy").first.click()
    copied = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(copied) == 8
    assert copied[0].split("\t")[1:] == ["ERROR", "error", "My Script", "AAPL", "one error"]
    with page.expect_download() as got:
        page.get_by_role("link", name="Export").click()
    assert len(Path(got.value.path()).read_text().splitlines()) == 9


def test_ten_thousand_rows_stay_light_and_are_walked_by_keys(many: DeskServer, visitor: Visitor) -> None:
    """Back to the first fact by scrolling; only what the eye sees is drawn; arrows and Enter open, Escape closes."""
    page = open_feed(visitor, many)
    expect(rows(page, f"number {MANY}").first).to_be_visible()
    page.locator("[data-roving]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-detail]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("[data-detail]")).to_have_count(0)
    table = page.get_by_role("table", name="Activity")
    body = table.locator("[role=rowgroup]").last
    for _ in range(MOST_SCROLLS):
        if int(table.get_attribute("aria-rowcount") or 0) > MANY:
            break
        body.evaluate("e => e.scrollTo(0, e.scrollHeight)")
        page.wait_for_timeout(30)
    body.evaluate("e => e.scrollTo(0, e.scrollHeight)")
    expect(page.locator("[data-fact]").filter(has_text=re.compile(r"number 1$"))).to_have_count(1)
    assert rows(page).count() < 100
    publish(many, line("and one more"))
    page.get_by_role("button", name="1 new event").click()
    expect(rows(page, "and one more")).to_have_count(1)


def test_a_past_period_is_played_back_apart_from_what_is_live(busy: DeskServer, visitor: Visitor) -> None:
    """Marked as the past, held, stepped and ended; what comes meanwhile waits in the feed."""
    since = now()
    for n in range(6):
        publish(busy, line(f"beat {n}", "scan", source="beats"))
        time.sleep(0.2)  # played at a tenth of its speed, two seconds
    page = open_feed(visitor, busy, f"?source=beats&since={since}&until=2100-01-01T00:00:00Z")
    expect(rows(page, "beat")).to_have_count(6)
    page.get_by_label("Speed").select_option("0.1")
    page.get_by_role("button", name="Play it back").click()
    bar = page.locator("[data-playback]")
    expect(bar).to_contain_text("Playback of the past")
    expect(rows(page, "beat 1")).to_have_count(1)  # so that Home is a jump back, and no key that changes nothing
    page.get_by_role("button", name="Hold").click()
    expect(bar).to_have_attribute("data-playback", "paused")
    publish(busy, line("beat live", source="beats"))
    page.get_by_label("Place in the playback").press("Home")
    page.get_by_role("button", name="Step").click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page, "beat 0")).to_have_count(1)
    shoot(page, "activity-playback-desk-dark")
    assert_accessible(page)
    page.get_by_label("Speed").select_option("1000")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(bar).to_have_attribute("data-playback", "done")
    expect(rows(page, "beat live")).to_have_count(0)
    page.get_by_role("button", name="Back to the feed").click()
    page.get_by_role("button", name="Back to now").click()
    expect(rows(page, "beat live")).to_have_count(1)
