"""Alert bodies as TradingView would send them, unique by number."""

import json
from datetime import UTC, datetime
from typing import Any


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def entry(n: int, **fields: Any) -> str:
    """A fresh entry with stop and target; `n` makes the body unique."""
    side = "buy" if n % 2 else "sell"
    price = 25_000 + (n % 400) * 0.25
    away = 20 if side == "sell" else -20
    body = {
        "symbol": "MNQ1!",
        "side": side,
        "price": price,
        "stop": price + away,
        "target": price - 2 * away,
        "interval": "1",
        "timenow": now(),
        "comment": f"alert number {n}",
    }
    return json.dumps(body | fields)
