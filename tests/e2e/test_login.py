"""The first thing that anybody does: open the printed link and log in."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import StartServer
from tests.e2e.conftest import PASSWORD
from tests.support.server import DeskServer


def printed_link(server: DeskServer) -> str:
    found = re.search(r"^Log in\s+(\S+)$", server.log, re.MULTILINE)
    assert found, server.log
    return found[1]


@pytest.mark.browser
def test_the_password_opens_the_desk(browser: Browser, used: DeskServer) -> None:
    """Typed into the form; a wrong one is said to be wrong, and the right one may still be tried."""
    page = browser.new_context().new_page()
    page.goto(f"{used.url}/login")
    for word in ("nonsense", PASSWORD):
        page.get_by_label("Password").fill(word)
        page.get_by_role("button", name="Log in").click()
        if word != PASSWORD:
            expect(page.get_by_text("That is not the password.")).to_be_visible()
    page.wait_for_url("**/ml-dashboard")
    expect(page.get_by_role("heading", name="ML hub").first).to_be_visible()
    page.context.close()


@pytest.mark.browser
def test_the_printed_link_logs_in_once(browser: Browser, start_server: StartServer) -> None:
    """The link shows a button, the button opens the desk, and the same link does not open it again for somebody else.

    Seen to fail with `Referrer-Policy: no-referrer`: browsers then send the form with `Origin: null`.
    """
    link = printed_link(start_server())
    mine = browser.new_context().new_page()
    mine.goto(link)
    mine.get_by_role("button", name="Log in").click()
    mine.wait_for_url("**/ml-dashboard")
    expect(mine.get_by_role("heading", name="ML hub").first).to_be_visible()
    theirs = browser.new_context().new_page()
    theirs.goto(link)
    if theirs.get_by_role("button", name="Log in").count():
        theirs.get_by_role("button", name="Log in").click()
    expect(theirs.get_by_text(re.compile("used|expired|no longer", re.IGNORECASE)).first).to_be_visible()
    assert "/ml-dashboard" not in theirs.url
