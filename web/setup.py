"""What the owner needs to point TradingView at the desk: the URL, a message to paste, and a line to try."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from signals.sources import DEFAULT_SOURCE
from web import address

if TYPE_CHECKING:
    from web.desk import Desk

TEMPLATE = """{
  "symbol": "{{ticker}}", "exchange": "{{exchange}}", "side": "{{strategy.order.action}}",
  "price": {{close}}, "interval": "{{interval}}", "timenow": "{{timenow}}",
  "market_position": "{{strategy.market_position}}", "prev_market_position": "{{strategy.prev_market_position}}"
}"""
# 20 points of risk at 2 dollars a point: well inside half a percent of the assumed 50,000, so it is taken.
TRIAL = {"symbol": "MNQ1!", "side": "buy", "price": 25118.25, "stop": 25098.25, "target": 25158.25, "interval": "5"}


def webhook_url(desk: Desk, source: str | None = None) -> str:
    """Where a source's alerts go; holds its token, so it is for the owner's eyes only."""
    return f"{address.shown(desk.values)}/webhook/{desk.sources.token(source or DEFAULT_SOURCE)}"


def curl_line(url: str) -> str:
    """A line for a shell that posts an alert which is taken."""
    return f"curl -X POST '{url}' -H 'Content-Type: application/json' -d '{json.dumps(TRIAL)}'"


def setup(desk: Desk) -> dict[str, str | None]:
    """`{url, curl, template, notice}` of the default source; `notice` says what is uncertain about the URL, and why."""
    url = webhook_url(desk)
    return {"url": url, "curl": curl_line(url), "template": TEMPLATE, "notice": address.notice(desk.values)}
