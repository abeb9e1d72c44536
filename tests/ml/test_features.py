"""The features: the same whatever an alert looks like, and never an error."""

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.features import FEATURES, FEATURES_HASH, NAMES, History, compute, features_hash
from ml.moments import hours_since_open, hours_to_close, in_regular_hours, interval_minutes

BUY = {"side": "buy", "price": 100.0, "stop": 98.0, "targets": [103.0], "atr": 1.0, "rsi": 60.0, "interval": "5"}
KEYS = ["side", "price", "stop", "targets", "atr", "rsi", "interval", "sent_at", "received_at", "high", "low", "close"]


def test_a_worked_example() -> None:
    """A buy at 100, stop 98, target 103, ATR 1, RSI 60 on a 5-minute chart."""
    told = compute(BUY, History(59.0, 3, 0.25, 12))
    assert told["stop_pct"] == pytest.approx(math.log(0.02))
    assert (told["reward_r"], told["stop_atr"], told["rsi_with"]) == (1.5, 2.0, pytest.approx(0.2))
    assert told["interval"] == pytest.approx(math.log(5))
    assert told["since_last"] == pytest.approx(math.log(60))
    assert (told["same_side_run"], told["hit_rate"]) == (10.0, 0.25)


def test_a_sell_is_the_mirror() -> None:
    """The mirrored sell has the same distances, and its RSI counts against it."""
    sell = compute({**BUY, "side": "sell", "stop": 102.0, "targets": [97.0]}, History())
    buy = compute(BUY, History())
    assert sell["reward_r"] == buy["reward_r"]
    assert sell["rsi_with"] == -buy["rsi_with"]


def test_what_is_impossible_is_absent() -> None:
    """A stop on the wrong side, an RSI of 400, an ATR beyond the price: absent, not extreme."""
    told = compute({**BUY, "stop": 101.0, "rsi": 400.0, "atr": 1e9}, History())
    assert all(math.isnan(told[name]) for name in ("stop_pct", "reward_r", "rsi_with", "atr_pct"))


# Building the table of characters for the first text can take a second on a busy machine.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.none() | st.integers() | st.floats() | st.text(max_size=20) | st.lists(st.floats(), max_size=3),
    )
)
def test_no_alert_makes_it_raise(signal: dict[str, Any]) -> None:
    """Whatever stands in an alert, every feature is there, in order, a float, and never infinite."""
    told = compute(signal, History())
    assert tuple(told) == NAMES
    assert not any(math.isinf(value) for value in told.values())


def test_the_hash_follows_names_and_order() -> None:
    """Another order is another model's input."""
    assert features_hash(NAMES[::-1]) != FEATURES_HASH
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)


def test_the_session_is_new_yorks() -> None:
    """Ten in the morning in New York, summer and winter; Saturday is not regular."""
    winter, summer = datetime(2026, 1, 7, 15, 0, tzinfo=UTC), datetime(2026, 7, 7, 14, 0, tzinfo=UTC)
    for at in (winter, summer):
        assert (in_regular_hours(at), hours_since_open(at), hours_to_close(at)) == (1.0, 0.5, 6.0)
    assert in_regular_hours(datetime(2026, 1, 10, 15, 0, tzinfo=UTC)) == 0.0


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("5", 5), ("240", 240), ("30S", 0.5), ("D", 1440), ("1D", 1440), ("W", 10080), ("1M", 43200), ("15m", 15),
     ("4h", 240), ("", 0), ("Renko", 0), (None, 0)],
)  # fmt: skip
def test_intervals(text: str | None, minutes: float) -> None:
    """Every way in which TradingView writes an interval."""
    assert interval_minutes(text) == pytest.approx(minutes)
