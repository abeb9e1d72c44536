"""Reads the text conventions of order routers, whose fields stand in a fixed order."""

from __future__ import annotations

import re
from typing import Any

from signals.alert.decode import visible
from signals.alert.numbers import quiet
from signals.alert.redact import REMOVED
from signals.alert.sides import word_of
from signals.alert.symbols import exchange_of

_FIELD = re.compile(r"\s*((?:[^,\"]|\"[^\"]*(?:\"|\Z))*)(?:,|\Z)")
_WUNDER = re.compile(r"((?:ENTER|EXIT|CLOSE|OPEN|REVERSE)-[A-Z]{3,10})_(\S.*)\Z", re.IGNORECASE | re.DOTALL)
_FILLED = re.compile(
    r"(?P<before>.*?)\border\s+(?P<side>buy|sell)\s*@\s*(?P<quantity>[\d.,]+)\s+filled\s+on\s+(?P<symbol>\S[^\n]{0,60}?)\.?"
    r"(?:\s+New\s+strategy\s+position\s+is\s+(?P<after>[-\u2212+]?[\d.,]*\d))?\.?\s*\Z",
    re.IGNORECASE | re.DOTALL,
)
_MAX_ORDERS = 50  # in one text
_PENDING_CHANGES = re.compile(r"newsltp|cancel", re.IGNORECASE)


def pineconnector(text: str) -> list[dict[str, Any]] | None:
    """`licence,command,symbol,key=value,…`, one order a line."""
    found: list[dict[str, Any]] = []
    for line in visible(text).splitlines():
        if len(found) > _MAX_ORDERS:
            return None
        if not line.strip():
            continue
        cells = [cell.strip() for cell in _FIELD.findall(line) if cell.strip()]
        if (
            len(cells) < 3
            or not re.fullmatch(rf"{re.escape(REMOVED)}|\d{{3,20}}", cells[0])
            or not re.fullmatch(r"[A-Za-z]{3,24}", cells[1])
        ):
            return None
        made: dict[str, Any] = {"symbol": cells[2]}
        made["event" if re.match("newsltp", cells[1], re.IGNORECASE) else "action"] = (
            "update" if cells[1].lower().startswith("newsltp") else cells[1]
        )
        if word_of(cells[1], "action") is None and not _PENDING_CHANGES.match(cells[1]):
            made["command"] = cells[1]
        for cell in cells[3:]:
            key, mark, value = cell.partition("=")
            if mark:
                made[key.strip()] = value.strip().strip('"')
        if quiet(made.get("price")) is None:
            # Without a price nothing tells whether sl=30 is a price or a distance in pips.
            made = {{"sl": "sl_given", "tp": "tp_given"}.get(key, key): value for key, value in made.items()}
        found.append(made)
    return found or None


def wundertrading(text: str) -> list[dict[str, Any]] | None:
    """`ENTER-LONG_EXCHANGE_SYMBOL_BOT_TIMEFRAME_ID`; the bot's name may itself hold underscores."""
    found: list[dict[str, Any]] = []
    for line in visible(text).splitlines():
        if len(found) > _MAX_ORDERS:
            return None
        match = _WUNDER.match(line.strip())
        if match is None:
            if line.strip():
                return None
            continue
        parts = match[2].split("_")
        if len(parts) < 2:
            return None
        if len(parts) > 3 and parts[1] in ("MINI", "DL", "DLY", "FUTURES", "SPOT", "PERP"):
            parts[:2] = ["_".join(parts[:2])]
        made: dict[str, Any] = {
            "action": match[1],
            "exchange": exchange_of(parts[0])[0] or parts[0],
            "symbol": parts[1],
        }
        if len(parts) >= 5:
            made["bot"] = "_".join(parts[2:-2])
            made["interval"] = re.sub(r"(?<=\d)[Mm]\Z", "", parts[-2])  # their 1M is a minute
        found.append(made)
    return found or None


def strategy_fill(text: str) -> list[dict[str, Any]] | None:
    """TradingView's default strategy text; the number after @ is a quantity, the last one the position that is left."""
    match = _FILLED.match(visible(text)[:1000])
    if match is None:
        return None
    made: dict[str, Any] = {
        "action": match["side"],
        "quantity": match["quantity"],
        "symbol": match["symbol"].strip(),
        "strategy_name": match["before"].strip(" :,"),
    }
    after, quantity = quiet(match["after"]), quiet(match["quantity"])
    if after is not None:
        made["strategy_position_size"] = after
        if quantity is not None:
            before = after - quantity * (1 if match["side"].lower() == "buy" else -1)
            made["prev_market_position_size"] = 0.0 if abs(before) < 1e-9 else before
    return [made]
