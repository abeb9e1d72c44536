"""Makes the README's pictures: a private server, simulated alerts over real HTTP, a real browser.

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

from playwright.sync_api import sync_playwright

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
TRADES = 40


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
        won = rng.random() < 0.45
        leaves = price + sign * (2 * distance if won else -distance)
        gone = {"type": "EXIT_TARGET" if won else "EXIT_STOP_LOSS", "trade_id": reference, "symbol": symbol}
        server.post_alert(gone | {"exit_price": round(leaves, digits), "timenow": stamp()})
    time.sleep(rng.uniform(0.1, 0.9))


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, DeskServer(Path(folder) / "data") as server:
        wait_for_model(server)
        rng = random.Random(7)
        for number in range(TRADES):
            trade(server, rng, number)
        server.wait_processed()
        link = re.search(r"^Log in\s+(\S+)$", server.log, re.MULTILINE)
        assert link
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(link[1])
            page.get_by_role("button").click()
            page.wait_for_url("**/ml-dashboard")
            page.get_by_role("row").nth(20).wait_for()
            page.wait_for_timeout(1500)
            page.screenshot(path=IMAGES / "signals.png")
            browser.close()


if __name__ == "__main__":
    main()
