"""Every tool with 0, 1 and 10,000 rows, at both widths, in both themes: fits, accessible, a picture to look at."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import StartServer
from tests.e2e.conftest import PASSWORD, Visitor
from tests.e2e.looking import assert_accessible, assert_fits, shoot, wait_light
from tests.support.alerts import entry
from tests.support.server import DeskServer

TOOLS = {
    "ml-dashboard": "ML hub",
    "signals": "Live signals",
    "webhooks": "Webhook health",
    "activity": "Activity",
    "system": "System",
}
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
THEMES = ("dark", "light")


def empty(start: StartServer, crowded: Path, folder: Path) -> DeskServer:
    del crowded, folder
    return start(DASHBOARD_PASSWORD=PASSWORD)


def one(start: StartServer, crowded: Path, folder: Path) -> DeskServer:
    server = empty(start, crowded, folder)
    assert server.post_alert(entry(1)).status_code == 200
    server.wait_processed()
    return server


def many(start: StartServer, crowded: Path, folder: Path) -> DeskServer:
    return start(data_dir=shutil.copytree(crowded, folder / "crowded"), DASHBOARD_PASSWORD=PASSWORD)


@pytest.mark.browser
@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize("rows", [empty, one, many])
def test_every_tool_at_every_size(
    start_server: StartServer,
    crowded_data_dir: Path,
    tmp_path: Path,
    visitor: Visitor,
    rows: Callable[[StartServer, Path, Path], DeskServer],
) -> None:
    """Twenty pages a desk; the visitor fails the test when a page's script or policy complained."""
    server = rows(start_server, crowded_data_dir, tmp_path)
    for size, (width, height) in SIZES.items():
        for theme in THEMES:
            for path, name in TOOLS.items():
                page = visitor.open(server, f"/{path}", width=width, height=height, theme=theme)
                wait_light(page, "live")
                expect(page.get_by_role("heading", name=name).first).to_be_visible()
                page.wait_for_timeout(700)  # until what was asked for is there, so that the picture shows it
                shoot(page, f"every-{path}-{rows.__name__}-{size}-{theme}")
                assert_fits(page)
                assert_accessible(page)
                page.close()
