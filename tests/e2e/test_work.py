"""Long work and dead letters on System: what runs can be stopped there, what failed can be tried again."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.desks import ADMIN, desk
from tests.e2e.looking import assert_accessible, wait_light
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer

pytestmark = pytest.mark.browser

LETTER = """
INSERT INTO dead_letters
VALUES ('letter-1', 'pipeline', 1, 5, 'ValueError: no', '2026-01-07T14:31:45.000Z', 'waiting')
"""
LOGGED = 20_000  # alerts: stored one after the other, they take far longer than a hand needs for the button


def set_aside(folder: Path) -> None:
    """As after a fault that has been mended since: the fact is there, and nobody has handled it."""
    with closing(sqlite3.connect(folder / "desk.db")) as database, database:
        database.execute(LETTER)


@pytest.fixture(scope="module")
def troubled(template_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """A desk with one dead letter."""
    with desk(template_data_dir, tmp_path_factory.mktemp("work") / "data", set_aside) as server:
        yield server


def open_system(visitor: Visitor, server: DeskServer) -> Page:
    page = visitor.open(server, "/system")
    wait_light(page, "live")
    return page


def test_a_dead_letter_is_tried_again(troubled: DeskServer, visitor: Visitor) -> None:
    """One click, and the page says by itself that it was handled.

    Seen to fail with a page that went on saying `asked` until it asked again by itself, 15 s later.
    """
    page = open_system(visitor, troubled)
    letters = page.get_by_role("region", name="Dead letters")
    expect(letters).to_contain_text("ValueError: no")
    assert_accessible(page)
    letters.get_by_role("button", name="Try again").click()
    expect(letters.get_by_text("handled")).to_be_visible(timeout=13_000)
    expect(letters.get_by_role("button", name="Try again")).to_have_count(0)


def test_long_work_is_cancelled(troubled: DeskServer, visitor: Visitor) -> None:
    """It shows how far it is, ends at the click, and says so; nobody needs to load the page again."""
    lines = (f'{n},"CME_MINI:MNQ1!, 5m",x,{{""symbol"": ""MNQ1!""}},2026-01-07T14:31:45Z' for n in range(LOGGED))
    log = "Alert ID,Ticker,Name,Description,Time\n" + "\n".join(lines)
    page = open_system(visitor, troubled)
    page_work = page.get_by_role("region", name="Long work")
    asked = requests.post(f"{troubled.url}/api/backfill/upload?store=yes", data=log, headers=ADMIN, timeout=PATIENCE)
    assert asked.status_code == 202, asked.text
    expect(page_work.get_by_role("progressbar", name=re.compile("backfill"))).to_be_visible()
    page_work.get_by_role("button", name="Cancel").click()
    expect(page_work.get_by_text("cancelled")).to_be_visible()
    expect(page_work.get_by_role("progressbar")).to_have_count(0)
    assert troubled.get(f"/api/jobs/{asked.json()['job']}")["state"] == "cancelled"
