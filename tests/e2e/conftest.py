"""A real browser in front of a real server; a page fails its test when the content policy stopped anything."""

import fcntl
import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import SharedDesk, StartServer, settle
from tests.e2e.looking import WAIT_MS
from tests.support.patience import PATIENCE, PATIENT
from tests.support.server import DeskServer

PASSWORD = "correct horse battery staple"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Runs before any of the page's own scripts, so no report is missed.
WATCH_POLICY = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        chromium = next(filter(None, map(shutil.which, ("/usr/bin/chromium", "chromium"))), None)
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def server(start_server: StartServer) -> DeskServer:
    """One running server that a person can sign in to."""
    return start_server(DASHBOARD_PASSWORD=PASSWORD)


@pytest.fixture
def used(shared_desk: SharedDesk) -> DeskServer:
    """A server that a person can sign in to, and that other tests fill as well: what counts here are one's own rows."""
    return shared_desk(DASHBOARD_PASSWORD=PASSWORD)


@pytest.fixture
def untouched(shared_desk: SharedDesk) -> DeskServer:
    """A server that a person can sign in to, with nothing in it: tests share it, and none sends it anything."""
    return shared_desk(DASHBOARD_PASSWORD=PASSWORD, COMPONENTS_PAGE="yes")


# A body may hold 200 keys: so many alerts with three of them each.
BATCH = 60


def post_many(server: DeskServer, count: int) -> None:
    """`count` entries of one symbol, the first one at 20,000 and alone in being first."""
    bodies = [
        json.dumps(
            [{"symbol": "MNQ1!", "side": "buy", "price": 20_000 + n / 4} for n in range(at, min(at + BATCH, count))]
        )
        for at in range(0, count, BATCH)
    ]
    with requests.Session() as session, ThreadPoolExecutor(4) as pool:

        def post(body: str) -> int:
            return session.post(server.webhook, data=body, timeout=PATIENCE).status_code

        assert post(bodies[0]) == 200  # first, so that its first alert is the list's last row
        assert set(pool.map(post, bodies[1:])) == {200}


@pytest.fixture(scope="session")
def crowded_data_dir(template_data_dir: Path, shared_tmp: Path) -> Path:
    """A data folder with 10,000 signals, made once for all who look at them."""
    made = shared_tmp / "crowded-data"
    with (shared_tmp / "crowded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            being_made = shared_tmp / "crowded-being-made"
            shutil.copytree(template_data_dir, being_made)
            with DeskServer(being_made, PATIENT) as server:
                post_many(server, 10_000)
                server.wait_processed(2 * PATIENCE)
            settle(being_made)
            being_made.rename(made)
    return made


@pytest.fixture(scope="session")
def crowded(crowded_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskServer]:
    """A running server with 10,000 signals that a person can sign in to; tests share it, and one adds the next."""
    mine = tmp_path_factory.mktemp("crowded") / "data"
    shutil.copytree(crowded_data_dir, mine)
    with DeskServer(mine, {"DASHBOARD_PASSWORD": PASSWORD, **PATIENT}) as server:
        yield server


Look = tuple[int, int, str]  # width, height, theme


@dataclass
class Rooms:
    """A browser's contexts, used again by later tests: half of what a page costs is a cache that is empty.

    Nobody finds what was there before: no cookie stays, and what the dashboard keeps is written anew before each load.
    """

    browser: Browser
    free: defaultdict[Look, list[BrowserContext]] = field(default_factory=lambda: defaultdict(list))

    def take(self, look: Look) -> BrowserContext:
        if self.free[look]:
            return self.free[look].pop()
        width, height, theme = look
        made = self.browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", has_touch=width < 720
        )
        made.set_default_timeout(WAIT_MS)
        made.grant_permissions(["clipboard-read", "clipboard-write"])
        made.add_init_script(WATCH_POLICY)
        made.add_init_script(f"localStorage.setItem('signal-desk.preferences', JSON.stringify({{theme: '{theme}'}}))")
        return made

    def leave(self, look: Look, context: BrowserContext) -> None:
        for page in context.pages:
            page.close()
        context.clear_cookies()
        self.free[look].append(context)


@pytest.fixture(scope="session")
def rooms(browser: Browser) -> Rooms:
    return Rooms(browser)


@dataclass
class Visitor:
    """Opens pages of a server as someone who is signed in, and remembers what went wrong on them."""

    rooms: Rooms
    contexts: list[tuple[Look, BrowserContext, bool]] = field(default_factory=list)  # the last: nobody changed it
    pages: list[Page] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def context(
        self, server: DeskServer, *, width: int, height: int, theme: str, changed: bool = True
    ) -> BrowserContext:
        """One that no other page of this test is in; `changed` if it is to be no later test's."""
        look = (width, height, theme)
        made = self.rooms.take(look)
        self.contexts.append((look, made, not changed))
        # Not by the page, which tests/e2e/test_login.py does: the desk would be loaded twice for every look at it.
        answer = made.request.post(f"{server.url}/login", form={"password": PASSWORD}, max_redirects=0)
        assert answer.status == 303, answer.text()
        return made

    def open(
        self,
        server: DeskServer,
        path: str = "/signals",
        *,
        width: int = 1440,
        height: int = 900,
        theme: str = "dark",
        before: Callable[[BrowserContext], Any] | None = None,
    ) -> Page:
        """A page at `path`; `before` may change the context before the page loads."""
        context = self.context(server, width=width, height=height, theme=theme, changed=before is not None)
        if before is not None:
            before(context)
        page = context.new_page()
        self.pages.append(page)
        page.on("pageerror", lambda error: self.errors.append(f"script error: {error}"))
        page.on("console", lambda said: self.hear(said.type, said.text))
        page.goto(server.url + path)
        return page

    def hear(self, kind: str, text: str) -> None:
        if "Content Security Policy" in text:
            self.errors.append(f"console {kind}: {text}")

    def violations(self) -> list[str]:
        for page in self.pages:
            if not page.is_closed():
                self.errors += page.evaluate("window.__violations ?? []")
        return self.errors

    def close(self) -> None:
        for look, context, unchanged in self.contexts:
            if unchanged:
                self.rooms.leave(look, context)
            else:
                context.close()


@pytest.fixture
def visitor(rooms: Rooms) -> Iterator[Visitor]:
    """Signed-in pages; the test fails when any of them broke the policy or raised an error."""
    made = Visitor(rooms)
    yield made
    found = made.violations()
    made.close()
    assert found == []
