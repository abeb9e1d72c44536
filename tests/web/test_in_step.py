"""In step: what one browser changes, every other shows at once."""

import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer
from tests.web.gateway.following import Plain

pytestmark = pytest.mark.socket
TIMES = 15


def change(n: int) -> tuple[str, dict[str, Any], str]:
    """An address, a body and the fact that tells of it: thresholds, mutes and mappings in turn."""
    if n % 3 == 0:
        return "/api/settings/high_confidence", {"probability": round(0.5 + n / 100, 2)}, "settings_update"
    if n % 3 == 1:
        until = (datetime.now(UTC) + timedelta(minutes=n)).isoformat()
        return "/api/sources/tradingview", {"muted_until": until}, "source_update"
    return "/api/sources/tradingview", {"mapping": {"side": f"dir{n}"}}, "source_update"


@pytest.mark.parametrize("most_ms", [2_000, pytest.param(200, marks=pytest.mark.chaos)])
def test_a_change_in_one_browser_reaches_another_at_once(server: DeskServer, most_ms: float) -> None:
    """The median over mutes, mappings and thresholds, from the moment the first browser has its answer: never by being
    asked for, and within 200 ms in the long form.
    """
    ws = server.url.replace("http", "ws") + "/ws"
    first, second = Plain(ws, API_TOKEN), Plain(ws, API_TOKEN)
    for client in (first, second):
        client.until("snapshot")
    took = []
    for n in range(TIMES):
        path, body, type_ = change(n)
        answer = requests.put(
            server.url + path, json=body, headers={"Authorization": f"Bearer {API_TOKEN}"}, timeout=PATIENCE
        )
        answered = time.monotonic()
        assert answer.ok, answer.text
        seen, _ = second.until(type_)
        took.append((time.monotonic() - answered) * 1000)
        ours, _ = first.until(type_)
        assert ours["seq"] == seen["seq"]
        for name, value in body.items():
            if name != "muted_until":
                assert seen["data"]["after"][name] == value
    print(f"a change reached the other browser after {statistics.median(took):.1f} ms (worst {max(took):.1f} ms)")
    assert statistics.median(took) < most_ms
    first.close()
    second.close()
