"""The triple barrier on paths drawn by hand."""

import numpy as np
import pytest

from ml.bars import Bars
from ml.labels import Barriers, label

BUY = Barriers(side=1, price=100.0, stop=98.0, target=104.0, limit=5)
SELL = Barriers(side=-1, price=100.0, stop=102.0, target=96.0, limit=5)


def path(*bars: tuple[float, float], times: list[int] | None = None) -> Bars:
    """(high, low) bars a minute apart after an entry bar at 100; each closes in its middle."""
    high, low = (np.array([100.0, *column]) for column in zip(*bars, strict=True))
    at = np.array(times or range(len(high)), dtype=np.int64) * 60
    middle = (high + low) / 2
    return Bars(at, middle, high, low, middle, np.ones(len(high)), 60)


def test_target_first() -> None:
    """The target before the stop wins its multiple of the risk."""
    outcome = label(path((101, 99), (104, 100)), 0, BUY)
    assert (outcome.ending, outcome.bar, outcome.r, outcome.won) == ("target", 2, 2.0, True)


def test_stop_first() -> None:
    """The stop before the target loses one risk, also when the target comes later."""
    outcome = label(path((101, 98), (110, 100)), 0, BUY)
    assert (outcome.ending, outcome.bar, outcome.r) == ("stop", 1, -1.0)


@pytest.mark.parametrize("trade", [BUY, SELL])
def test_both_in_one_bar_is_the_stop(trade: Barriers) -> None:
    """A bar that touches both counts as the stop: its order inside is unknown."""
    assert label(path((105, 95)), 0, trade).ending == "stop"


def test_a_sell_is_the_mirror() -> None:
    """For a sell the high reaches the stop and the low the target."""
    assert label(path((101, 96)), 0, SELL).ending == "target"
    assert label(path((102, 99)), 0, SELL).ending == "stop"


def test_the_time_limit_is_no_win() -> None:
    """At the limit the trade ends at that bar's close, in R of its risk, and does not count as won."""
    outcome = label(path(*[(101, 99)] * 4, (103, 101), (120, 119)), 0, BUY)
    assert (outcome.ending, outcome.bar, outcome.r, outcome.won) == ("time", 5, 1.0, False)


def test_the_entry_bar_does_not_count() -> None:
    """What the entry's own bar touched was before the decision."""
    bars = path((101, 99), (101, 99), *[(101, 99)] * 5)
    bars.high[0], bars.low[0] = 110.0, 90.0
    assert label(bars, 0, BUY).ending == "time"


def test_three_missing_bars_are_bridged() -> None:
    """A gap of three bars is still a path."""
    assert label(path((101, 99), (104, 100), times=[0, 1, 5]), 0, BUY).ending == "target"


def test_four_missing_bars_censor() -> None:
    """Over a gap of more than three bars nobody knows what was touched."""
    outcome = label(path((101, 99), (104, 100), times=[0, 1, 6]), 0, BUY)
    assert (outcome.ending, outcome.r, outcome.won) == ("censored", None, False)


def test_an_end_before_the_gap_stands() -> None:
    """What was decided before the gap is not censored by it."""
    assert label(path((104, 100), (104, 100), times=[0, 1, 9]), 0, BUY).ending == "target"


def test_a_path_that_ends_early_censors() -> None:
    """Bars that end before the limit and before a barrier leave the outcome open."""
    assert label(path((101, 99), (101, 99)), 0, BUY).ending == "censored"
