"""In step, in real browsers: what one shows, the other shows; and a demo says so on every page."""

import pytest
from playwright.sync_api import expect

from tests.conftest import StartServer
from tests.e2e.conftest import PASSWORD, Visitor

pytestmark = pytest.mark.browser


def test_a_look_chosen_in_one_browser_is_the_other_s_too(start_server: StartServer, visitor: Visitor) -> None:
    """Theme and palette follow the person to a browser that is open and to one that comes later."""
    server = start_server(DASHBOARD_PASSWORD=PASSWORD, DEMO="yes")
    one, other = visitor.open(server), visitor.open(server)
    for page in (one, other):
        expect(page.get_by_text("DEMO", exact=True)).to_be_visible()
        expect(page).to_have_title("DEMO · Live signals · Signal Desk")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    one.keyboard.press("t")
    expect(one.locator("html")).to_have_attribute("data-theme", "light")
    expect(other.locator("html")).to_have_attribute("data-theme", "light")
    other.get_by_role("button", name="Look").click()
    other.get_by_role("menuitemradio", name="Blue and orange").click()
    expect(one.locator("html")).to_have_attribute("data-palette", "colour-blind")
    later = visitor.open(server)
    expect(later.locator("html")).to_have_attribute("data-theme", "light")
    assert server.get("/api/settings/display")["palette"] == "colour-blind"
