"""The labelled samples of real bodies mean to us what they meant to their senders."""

import json
from typing import Any

import pytest

from signals.alert import Unusable, freshness
from tests.signals.alert.reading import RECEIVED, parsed
from tests.support.real_data import folder, found


def samples() -> list[dict[str, Any]]:
    place = folder()
    if place is None:
        return []
    return [json.loads(line) for line in (place / "tradingview_samples.jsonl").read_text("utf-8").splitlines() if line]


def test_the_samples_are_here() -> None:
    """Without the samples nothing below runs, so their absence is told."""
    found("tradingview_samples.jsonl")
    assert len(samples()) >= 40


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample["id"])
def test_sample(sample: dict[str, Any]) -> None:
    """Symbol, side, price and interval are as labelled; what is broken is mended and marked, or refused with 4xx."""
    expected = sample["expect"]
    wanted = {name: expected[name] for name in ("symbol", "side", "price", "interval")}
    try:
        result = parsed(sample["body"])
    except Unusable as refusal:
        if expected["valid"] or expected.get("recoverable"):
            raise AssertionError(f"{refusal.code}: {expected['why']}") from refusal
        return
    assert expected["valid"] or expected.get("recoverable"), expected["why"]
    alert = result.alerts[0]
    assert {name: getattr(alert, name) for name in wanted} == wanted, expected["why"]
    assert "demo-secret-1" not in f"{result.redacted}{result.alerts}"
    if sample["id"].startswith("time-bad"):
        assert freshness(alert, RECEIVED, 300) == "unknown"
        assert alert.note_codes
    elif not expected["valid"]:
        assert result.repairs
    else:
        assert not result.repairs


def test_a_resend_has_the_same_delivery_key() -> None:
    """TradingView resends byte for byte after a 5xx, so the first and the resend must be told to be one."""
    found("tradingview_samples.jsonl")
    bodies = {sample["id"]: sample["body"] for sample in samples()}
    keys = {parsed(bodies[name]).delivery_key for name in ("traderspost-01", "traderspost-07")}
    assert len(keys) == 1
