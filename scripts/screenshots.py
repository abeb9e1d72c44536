"""Makes the pictures of the README and docs/tour.md: a private server, simulated alerts over real HTTP, a real browser.

Run from the repository's folder: python -m scripts.screenshots
"""

import json
import random
import re
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.conftest import wait_for_model
from tests.e2e.conftest import ARGUMENTS
from tests.support.server import DeskServer

IMAGES = Path(__file__).parents[1] / "docs" / "images"
# Symbol, price, tick, usual stop distance, digits
MARKETS = (
    ("MNQ1!", 25_118.25, 0.25, 18.0, 2),
    ("NQ1!", 25_118.25, 0.25, 22.0, 2),
    ("MES1!", 6_912.75, 0.25, 6.0, 2),
    ("AAPL", 271.40, 0.01, 1.6, 2),
    ("BTCUSDT.P", 84_213.0, 0.1, 420.0, 1),
    ("MCL1!", 61.42, 0.01, 0.38, 2),
)
TRADES = 60
SEEN_MS = 40_000
# As a click on the navigation does it.
GO = """(path) => {
    history.pushState(null, "", path);
    window.dispatchEvent(new Event("signal-desk:location"));
}"""


def stamp(seconds_ago: float = 0.0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def trade(server: DeskServer, rng: random.Random, number: int) -> None:
    """One simulated trade: its entry, perhaps updates, perhaps its exit."""
    symbol, price, tick, usual, digits = rng.choice(MARKETS)
    side = rng.choice(("buy", "sell"))
    sign = 1 if side == "buy" else -1
    price = round(price + rng.randint(-200, 200) * tick, digits)
    distance = round(usual * rng.uniform(0.5, 2.2) / tick) * tick
    reference = f"demo-{number}"
    body = {
        "type": "ENTRY",
        "trade_id": reference,
        "symbol": symbol,
        "side": side,
        "price": price,
        "stop": round(price - sign * distance, digits),
        "target": round(price + sign * 2 * distance, digits),
        "interval": rng.choice(("1", "5", "15")),
        "timenow": stamp(900 if rng.random() < 0.08 else 2),
        "signal_strength": rng.randint(40, 90),
        "comment": "simulated",
    }
    text = json.dumps(body)
    server.post_alert(text[:-1] + ",}" if rng.random() < 0.15 else text)
    if rng.random() < 0.6:
        best = rng.uniform(0.1, 1.9)
        update = {"type": "MFE_UPDATE", "trade_id": reference, "mfe_R": round(best, 2), "mae_R": -0.3}
        server.post_alert(update | {"timenow": stamp()})
    if rng.random() < 0.5:
        server.wait_processed()  # nobody's trade ends before it was decided
        won = rng.random() < 0.45
        leaves = price + sign * (2 * distance if won else -distance)
        gone = {"type": "EXIT_TARGET" if won else "EXIT_STOP_LOSS", "trade_id": reference, "symbol": symbol}
        server.post_alert(gone | {"exit_price": round(leaves, digits), "timenow": stamp()})
    time.sleep(rng.uniform(0.1, 0.9))


# File, path, what it is called, what it shows, size and theme; in the tour's order.
DESK, PHONE = (1440, 900), (390, 844)
TOUR = (
    (
        "ml-hub",
        "/ml-dashboard",
        "ML hub",
        "The landing page: what the model in use is and how far it can be believed, with the interval of every "
        "figure; the last predictions with what moved them; scores, verdicts and outcomes by confidence; the sizing "
        "rules in force. Here with the starter model, which says itself that it is not for trading.",
        DESK,
        "dark",
    ),
    (
        "signals",
        "/signals",
        "Live signals",
        "Each alert is one row: probability with its lower bound, verdict, size, what came of it and why.",
        DESK,
        "dark",
    ),
    (
        "journey",
        "/signals/{signal}",
        "One signal's journey",
        "A row opens in place: what came, what was repaired, scored and sized with the reasons, and the alert as it "
        "came.",
        DESK,
        "dark",
    ),
    (
        "webhooks",
        "/webhooks",
        "Webhook health",
        "Per source the last alert, its usual cadence and lag, states in which unknown is unknown, refusals with what "
        "to change, set-up and backfill.",
        DESK,
        "dark",
    ),
    (
        "activity",
        "/activity",
        "Activity",
        "Everything that happens, live and back to the journal's beginning, by type, source, level, symbol, text and "
        "regular expression.",
        DESK,
        "dark",
    ),
    (
        "system",
        "/system",
        "System",
        "Whether the server and the way to it are well, how they were, and what to do where they are not.",
        DESK,
        "dark",
    ),
    ("paper", "/ml-dashboard", "On paper", "The light theme is paper, not the dark one turned over.", DESK, "light"),
    ("phone", "/signals", "On a phone", "Cards and a bar at the bottom, in reach of a thumb.", PHONE, "dark"),
)


def take(browser: Browser, server: DeskServer, link: str) -> None:
    """Every picture of the tour, by one visitor who signs in once."""
    context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]})
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button").click()
    page.wait_for_url("**/ml-dashboard")
    # The System page draws what the page itself has seen: let it see a little.
    page.wait_for_timeout(SEEN_MS)
    signal = server.get("/api/signals", verdict="take", status="closed", limit=1)["items"][0]["id"]
    for name, path, _, _, (width, height), theme in TOUR:
        page.set_viewport_size({"width": width, "height": height})
        if page.locator("html").get_attribute("data-theme") != theme:
            page.keyboard.press("t")
        # Within the page, so that it keeps what it has seen.
        page.evaluate(GO, path.format(signal=signal))
        page.wait_for_timeout(2_500)
        page.screenshot(path=IMAGES / f"{name}.png")


def write_tour() -> None:
    parts = [
        "# A tour\n\nThese pictures are made by `python -m scripts.screenshots` from a private server that was fed "
        "simulated alerts over\nreal HTTP; nothing in them is drawn by hand, and nothing of them is a real trade.\n"
    ]
    parts += [f"## {title}\n\n{says}\n\n![{title}](images/{name}.png)\n" for name, _, title, says, _, _ in TOUR]
    (IMAGES.parent / "tour.md").write_text("\n".join(parts))


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, DeskServer(Path(folder) / "data") as server:
        wait_for_model(server)
        rng = random.Random(7)
        for number in range(TRADES):
            trade(server, rng, number)
        server.post_alert("Price crossed the upper band")
        server.post_alert('{"symbol": "MNQ1!", "side": "buy", "price": "n/a"')
        server.wait_processed()
        link = re.search(r"^Log in\s+(\S+)$", server.log, re.MULTILINE)
        assert link
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            take(browser, server, link[1])
            browser.close()
    write_tour()


if __name__ == "__main__":
    main()
