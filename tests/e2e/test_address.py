"""An address that the desk can't be sure of is said where it is copied: on the empty desk, and on Connect."""

import json

import pytest
import requests
from playwright.sync_api import BrowserContext, Route, expect

from tests.e2e.conftest import Visitor
from tests.e2e.desks import ADMIN
from tests.e2e.looking import assert_accessible, assert_fits
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer

pytestmark = pytest.mark.browser
TUNNEL = {"Host": "desk-1234567890ab.tunnel.example"}


@pytest.mark.parametrize(("path", "width"), [("/signals", 1440), ("/webhooks/connect", 390)])
def test_an_uncertain_address_is_said_where_it_is_copied(
    untouched: DeskServer, visitor: Visitor, path: str, width: int
) -> None:
    """Reached by a tunnel without PUBLIC_URL: the setting to make stands above the address; elsewhere nothing does.

    Seen to fail without the notice on either page.
    """
    health = f"{untouched.url}/api/webhook/health"
    told = requests.get(health, headers=ADMIN | TUNNEL, timeout=PATIENCE).json()
    assert TUNNEL["Host"] in told["setup"]["url"]

    def as_through_the_tunnel(context: BrowserContext) -> None:
        def answer(route: Route) -> None:
            route.fulfill(status=200, content_type="application/json", body=json.dumps(told))

        context.route("**/api/webhook/health", answer)

    page = visitor.open(untouched, path, width=width, before=as_through_the_tunnel)
    expect(page.get_by_text(f"PUBLIC_URL=https://{TUNNEL['Host']}")).to_be_visible()
    assert_fits(page)
    assert_accessible(page)
    plain = visitor.open(untouched, path, width=width)
    expect(plain.get_by_text("Copy").first).to_be_visible()
    expect(plain.get_by_text("PUBLIC_URL=")).to_have_count(0)
