"""What a script says, and what becomes of what it can't say: it always goes on."""

import json
import logging
import math
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from broadcaster import AsyncBroadcaster, Broadcaster, BroadcastHandler, DataPublisher, get_broadcaster
from tests.broadcaster.conftest import Speak, until
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, ROOT, DeskServer


def said(server: DeskServer, source: str) -> list[dict[str, Any]]:
    return server.facts(source=source)


def make_token(server: DeskServer, scope: str) -> str:
    answer = requests.post(
        f"{server.url}/api/tokens",
        json={"name": scope, "scopes": [scope]},
        headers={"Authorization": f"Bearer {API_TOKEN}"},
        timeout=PATIENCE,
    )
    return str(answer.json()["token"])


def test_an_event_arrives_as_it_was_said(desk: DeskServer, source: str) -> None:
    """Type, message, level, fields, source and symbol; the script's own time goes along."""
    speaker = get_broadcaster(source=source, url=desk.url, token=make_token(desk, "publish"))
    assert get_broadcaster(source) is speaker
    speaker.broadcast_event(event_type="order", message="BUY 100 AAPL", level="INFO", ticker="AAPL", quantity=100)
    assert speaker.close()
    (fact,) = said(desk, source)
    assert (fact["type"], fact["message"], fact["level"]) == ("event", "BUY 100 AAPL", "INFO")
    assert (fact["origin"], fact["symbol"]) == ("external", "AAPL")
    at = fact["data"].pop("at")
    assert fact["data"] == {"event_type": "order", "ticker": "AAPL", "quantity": 100}
    assert abs((datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()) < 30


def test_values_without_json_are_said_as_well_as_possible(desk: DeskServer, source: str, speak: Speak) -> None:
    """NaN, decimals, dates, sets, broken text and a circle: nothing raises, and nobody's neighbour is held up."""
    circle: list[Any] = []
    circle.append(circle)
    speaker = speak(desk.url)
    when = datetime(2026, 1, 7, tzinfo=UTC)
    speaker.broadcast_event("info", "odd", a=math.nan, b=Decimal("1.5"), c=when, d={1}, e="\ud800", f=circle, g=10**30)
    speaker.broadcast_event("info", "x" * 5000, "warn", big="y" * 70_000)
    speaker.broadcast_event("info", "after", 40)
    assert speaker.flush()
    odd, after = said(desk, source)
    del odd["data"]["at"], odd["data"]["f"], odd["data"]["event_type"]
    expected = {"a": None, "b": 1.5, "c": "2026-01-07T00:00:00+00:00", "d": [1], "e": "?", "g": 1e30}
    assert odd["data"] == expected
    assert (after["message"], after["level"]) == ("after", "ERROR")


def test_a_publisher_reports_each_subject(desk: DeskServer, source: str, speak: Speak) -> None:
    """All seven are taken with the scope `publish`: by their own type, or as a line of activity."""
    speaker = speak(desk.url, make_token(desk, "publish"))
    publisher = DataPublisher(broadcaster=speaker)
    publisher.publish_price("AAPL", 271.4, change_24h=0.3)
    publisher.publish_portfolio(100_000.0, cash=20_000.0)
    publisher.publish_trade("AAPL", "buy", 100, 271.4)
    publisher.publish_alert("Spread is wide", priority="HIGH")
    publisher.publish_ml_prediction("AAPL", "lstm-7", predicted_price=280.0, direction="up", confidence=0.6)
    publisher.publish_pattern("AAPL", "bull flag", entry=272.0, stop=268.0, target=284.0)
    publisher.publish_status("running", "cycle 12")
    assert speaker.flush()
    assert speaker.stats.refused == 0
    facts = said(desk, source)
    reports = [(fact["type"], fact["data"].get("event_type"), fact["data"].get("report")) for fact in facts]
    assert reports == [
        ("event", "info", "portfolio"),
        ("event", "order", "trade"),
        ("alert", None, None),
        ("ml_prediction_update", None, None),
        ("pattern_detected", None, None),
        ("event", "info", "status"),
    ]
    passing = desk.get("/api/events", after=0, limit=1, wait=0)["passing"]
    assert passing["price_update:AAPL"]["data"]["price"] == 271.4


def test_refusals_are_said_once_and_hold_nothing_up(
    desk: DeskServer, source: str, speak: Speak, caplog: pytest.LogCaptureFixture
) -> None:
    """An event that the desk refuses is named once in the log; the others arrive, however many are refused."""
    speaker = speak(desk.url)
    for n in range(250):
        speaker.broadcast_event("ordr", "a typing mistake", n=n)
    speaker.broadcast_event("order", "right")
    assert speaker.flush()
    assert [fact["message"] for fact in said(desk, source)] == ["right"]
    assert speaker.stats.refused == 250
    assert len([record for record in caplog.records if "ordr can't be published" in record.message]) == 1


def test_one_that_the_desk_can_not_read_spoils_no_other(desk: DeskServer, source: str, speak: Speak) -> None:
    """A key that stands twice makes a whole message unreadable: that event is given up, the rest arrive in order."""
    speaker = speak(desk.url)
    for n in range(40):
        speaker.broadcast_event("info", f"event {n}", twice={1: "a", "1": "b"} if n == 17 else None)
    assert speaker.flush()
    expected = [f"event {n}" for n in range(40) if n != 17]
    assert [fact["message"] for fact in said(desk, source)] == expected
    assert speaker.stats.refused == 1


@pytest.mark.parametrize("token", ["", "nobody-gave-this-one", "read"])
def test_without_the_right_token_the_script_goes_on(
    token: str, desk: DeskServer, speak: Speak, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No token, a wrong one, one that may only read: one clear error, and no call ever fails or waits."""
    monkeypatch.delenv("SIGNAL_DESK_TOKEN", raising=False)
    speaker = speak(desk.url, make_token(desk, "read") if token == "read" else token)
    for n in range(50):
        speaker.broadcast_event("info", "anyone there?", n=n)
    until(lambda: [record for record in caplog.records if record.levelno == logging.ERROR], 5)
    assert speaker.flush(0.3) is (token == "read")
    assert speaker.stats.sent == 0
    errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "token" in errors[0] or "scope" in errors[0]


def test_a_logger_speaks_too(desk: DeskServer, source: str, speak: Speak) -> None:
    """Log records become events of their level, with the traceback; the library's own are left out."""
    speaker = speak(desk.url)
    logger = logging.getLogger("strategy.momentum")
    handler = BroadcastHandler(speaker)
    logger.addHandler(handler)
    try:
        logger.warning("spread %s", 3)
        try:
            raise ValueError("no quotes")
        except ValueError:
            logger.exception("failed")
    finally:
        logger.removeHandler(handler)
    handler.emit(logging.makeLogRecord({"name": "broadcaster", "msg": "own", "levelno": 40}))
    assert speaker.flush()
    first, second = said(desk, source)
    assert (first["message"], first["level"], first["data"]["event_type"]) == ("spread 3", "WARNING", "warning")
    assert second["data"]["event_type"] == "error"
    assert "ValueError: no quotes" in second["data"]["traceback"]


@pytest.mark.parametrize("odd", [None, "100", Decimal("1.5"), float("nan"), object(), b"x", {1}])
def test_nothing_handed_to_a_publisher_raises(odd: Any) -> None:
    """Whatever a script has where a figure or a name should be: it goes on. Fields may have any name.

    Seen to fail where the words for people were formatted: `publish_trade(…, quantity="100")` ended the script.
    """
    with Broadcaster("odd", url="http://127.0.0.1:1", token="t", exit_seconds=0) as speaker:
        publisher: Any = DataPublisher(broadcaster=speaker)
        publisher.publish_price(odd, odd, change_24h=odd)
        publisher.publish_portfolio(odd, cash=odd, message=odd, level=odd)
        publisher.publish_portfolio(odd, account=odd)
        publisher.publish_trade(odd, odd, odd, odd, event_type=odd, message=odd)
        publisher.publish_trade("AAPL", "buy", odd, 1.0, account="elsewhere")
        publisher.publish_alert(odd, priority=odd, rule=odd, level=odd)
        publisher.publish_ml_prediction(odd, odd, predicted_price=odd, direction=odd, confidence=odd)
        publisher.publish_pattern(odd, odd, entry=odd)
        publisher.publish_status(odd, odd, level=odd)
        speaker.broadcast_event(odd, odd, odd, ticker=odd)
        speaker.close(0)


def test_the_shell_speaks_too(desk: DeskServer) -> None:
    """`python -m broadcaster` delivers and says by its exit code whether it did."""

    def run(*words: str, token: str = API_TOKEN) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "broadcaster", *words, "--url", desk.url, "--token", token, "--timeout", "30"]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)

    order = (
        "BUY 100 AAPL",
        "--type",
        "order",
        "--field",
        "ticker=AAPL",
        "--field",
        "quantity=100",
        "--field",
        "self=1",
    )
    done = run(*order, "--source", "a shell")
    assert (done.returncode, done.stderr) == (0, "")
    (fact,) = said(desk, "a shell")
    assert (fact["symbol"], fact["data"]["quantity"], fact["data"]["self"]) == ("AAPL", 100, 1)
    refused = run("x", "--type", "nothing_such")
    assert refused.returncode == 1
    assert "can't be published" in refused.stderr


def test_demo_events_are_one_of_each(desk: DeskServer) -> None:
    """scripts/demo_events.py: the eight activity types, each from its own source."""
    environment = desk.environment() | {"SIGNAL_DESK_TOKEN": API_TOKEN, "SIGNAL_DESK_URL": desk.url}
    before = desk.get("/api/events", limit=1)["head"]
    command = [sys.executable, "scripts/demo_events.py"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (0, "8 of 8 events sent\n"), done.stderr
    facts = desk.facts(before, types="event")
    kinds = {"scan", "strategy", "order", "profit", "rebalance", "info", "warning", "error"}
    assert {fact["data"]["event_type"] for fact in facts} == kinds
    assert len({fact["source"] for fact in facts}) == 8


async def _speak_and_wait(speaker: Broadcaster) -> bool:
    async with AsyncBroadcaster(speaker) as speaking:
        speaking.broadcast_event("info", "from a coroutine")
        return await speaking.flush()


def test_asyncio_speaks_too(desk: DeskServer, source: str, speak: Speak) -> None:
    """The async variant flushes and closes without holding the loop."""
    import asyncio

    speaker = speak(desk.url)
    assert asyncio.run(_speak_and_wait(speaker))
    assert speaker.closed
    assert [fact["message"] for fact in said(desk, source)] == ["from a coroutine"]


FORKING = """
import os, sys
from broadcaster import get_broadcaster
speaker = get_broadcaster(sys.argv[3], url=sys.argv[1], token=sys.argv[2])
speaker.broadcast_event("info", "parent")
child = os.fork()
get_broadcaster(sys.argv[3]).broadcast_event("info", "after the fork", child=child == 0)
"""


def test_a_fork_and_a_plain_end_lose_nothing(desk: DeskServer, source: str) -> None:
    """Parent and child both speak and simply end: the last events are delivered on the way out, each once."""
    subprocess.run([sys.executable, "-c", FORKING, desk.url, API_TOKEN, source], cwd=ROOT, timeout=PATIENCE, check=True)
    until(lambda: len(said(desk, source)) == 3)
    words = [(fact["message"], fact["data"].get("child")) for fact in said(desk, source)]
    assert sorted(words, key=json.dumps) == [("after the fork", False), ("after the fork", True), ("parent", None)]
