"""A real browser in front of a real server; a page fails its test when the content policy stopped anything."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import StartServer
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
    with sync_playwright() as playwright:
        chromium = next(filter(None, map(shutil.which, ("/usr/bin/chromium", "chromium"))), None)
        launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def server(start_server: StartServer) -> DeskServer:
    """One running server that a person can sign in to."""
    return start_server(DASHBOARD_PASSWORD=PASSWORD)


@dataclass
class Visitor:
    """Opens pages of a server as someone who is signed in, and remembers what went wrong on them."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def context(self, server: DeskServer, *, width: int, height: int, theme: str) -> BrowserContext:
        made = self.browser.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", has_touch=width < 720
        )
        self.contexts.append(made)
        made.grant_permissions(["clipboard-read", "clipboard-write"])
        made.add_init_script(WATCH_POLICY)
        made.add_init_script(f"localStorage.setItem('signal-desk.preferences', JSON.stringify({{theme: '{theme}'}}))")
        page = made.new_page()
        page.goto(f"{server.url}/login")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/ml-dashboard")
        page.close()
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
        context = self.context(server, width=width, height=height, theme=theme)
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
        for context in self.contexts:
            context.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Signed-in pages; the test fails when any of them broke the policy or raised an error."""
    made = Visitor(browser)
    yield made
    found = made.violations()
    made.close()
    assert found == []
