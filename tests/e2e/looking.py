"""What a person would look for on the page."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.support.server import ROOT, DeskServer

AXE = ROOT / "node_modules/axe-core/axe.min.js"
SHOTS = ROOT / "test-results"
WAIT_MS = 15_000


def wait_light(page: Page, text: str) -> None:
    expect(page.locator("[data-light=connection]")).to_have_text(text, timeout=WAIT_MS)


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


def wait_same(page: Page, server: DeskServer, seconds: float = 15.0) -> None:
    """Until the page shows exactly what the server lists: nothing missing, nothing twice, in order."""
    wanted = listed_ids(server)
    for _ in range(int(seconds * 20)):
        if shown_ids(page) == wanted:
            return
        page.wait_for_timeout(50)
    shown = shown_ids(page)
    assert shown == wanted, f"shown {shown}\nlisted {wanted}"


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA that axe can find. Evaluated by the debugger, so the page's policy stays as it is."""
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
