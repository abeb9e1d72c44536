"""What a person would look for on the page."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.patience import PATIENCE
from tests.support.server import ROOT, DeskServer

AXE = ROOT / "node_modules/axe-core/axe.min.js"
SHOTS = ROOT / "test-results"
WAIT_MS = PATIENCE * 1000
# What one browser shows and another does not, that one asks for after 15 s at the earliest, or never: the shortest of
# several times stays far below on any machine. The long forms hold what was promised.
IN_STEP_MS, IN_STEP_MS_AS_PROMISED = 3_000, 200
# From the newest of ten thousand rows to the first, a page at a time: more than a slow machine needs.
MOST_SCROLLS = 4_000


def wait_light(page: Page, text: str) -> None:
    expect(page.locator("[data-light=connection]")).to_have_text(text)


def row(page: Page, signal_id: str) -> Any:
    return page.locator(f"[data-signal='{signal_id}']")


def shown_ids(page: Page) -> list[str]:
    """The signals on the page from top to bottom."""
    found: list[str] = page.locator("[data-signal]").evaluate_all(
        """rows => rows.map(row => [row.getBoundingClientRect().top, row.dataset.signal])
            .sort((a, b) => a[0] - b[0]).map(([, id]) => id)"""
    )
    return found


def listed_ids(server: DeskServer) -> list[str]:
    """The signals that the server lists, newest first."""
    return [item["id"] for item in server.get("/api/signals", limit=100)["items"]]


def wait_same(page: Page, server: DeskServer, seconds: float = PATIENCE) -> None:
    """Until the page shows exactly what the server lists: nothing missing, nothing twice, in order."""
    wanted = listed_ids(server)
    for _ in range(int(seconds * 20)):
        if shown_ids(page) == wanted:
            return
        page.wait_for_timeout(50)
    shown = shown_ids(page)
    assert shown == wanted, f"shown {shown}\nlisted {wanted}"


def press_in_turn(page: Page, keys: str, url: str) -> None:
    """Keys that lead to an address when they come within a second of each other: again, if the machine paused."""
    for _ in range(5):
        for key in keys:
            page.keyboard.press(key)
        for _ in range(100):
            if re.search(url, page.url):
                return
            page.wait_for_timeout(50)
    raise AssertionError(f"{keys} led to {page.url}")


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA that axe can find. Evaluated by the debugger, so the page's policy stays as it is."""
    if page.evaluate("!window.axe"):
        page.evaluate(AXE.read_text())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("(tags) => axe.run(document, {runOnly: tags}).then(r => r.violations)", tags)
    told = [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']][:3]}" for one in found]
    assert not told, "\n".join(told)


def assert_fits(page: Page) -> None:
    """The page itself never scrolls sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def shoot(page: Page, name: str) -> Path:
    """A screenshot for people to look at."""
    SHOTS.mkdir(exist_ok=True)
    path = SHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path
