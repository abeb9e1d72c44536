"""The lifecycle's promises: which status may follow which, running extremes, closing by exits."""

from typing import Any

import pytest

from signals.lifecycle import TRANSITIONS, WrongTransition, advance, decided, follow

PATHS = {
    "received": {"recorded", "skipped", "expired", "accepted", "denied", "open", "closed"},
    "accepted": {"denied", "open", "closed"},
    "open": {"closed"},
}


@pytest.mark.parametrize("status", TRANSITIONS)
@pytest.mark.parametrize("to", TRANSITIONS)
def test_only_the_listed_transitions_exist(status: str, to: str) -> None:
    """received → recorded | skipped | expired | accepted → denied | open → closed, and nothing else."""
    if to == status or to in PATHS.get(status, set()):
        assert advance(status, to) == to
    else:
        with pytest.raises(WrongTransition):
            advance(status, to)


def test_the_verdict_decides_the_status() -> None:
    """Too old or backfilled is expired, nothing to trade is skipped, a size is accepted."""
    assert decided("skip", 0, "stale") == decided("skip", 0, "backfilled") == "expired"
    assert decided("skip", 0, "lot_zero") == decided("unscored", 0, "model_timeout") == "skipped"
    assert decided("take", 1, "fixed_fraction") == decided("unscored", 1, "model_timeout") == "accepted"


def parent(**fields: Any) -> dict[str, Any]:
    made = {"kind": "entry", "status": "accepted", "side": "buy", "price": 100.0, "stop": 90.0, "reasons": []}
    return {**made, "timings": {}, "mfe_r": None, "mae_r": None, "outcome_r": None, **fields}


def child(kind: str = "update", **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "intent": None, "price": None, "mfe_r": None, "mae_r": None, "outcome_r": None, **fields}


def test_the_extremes_only_grow() -> None:
    """A smaller MFE later (one real log ends every trade with 0) does not undo the highest."""
    row = follow(parent(), child(mfe_r=1.5, mae_r=-0.4), {})
    row = follow(row, child(mfe_r=0.0, mae_r=-0.2), {})
    assert (row["mfe_r"], row["mae_r"], row["status"]) == (1.5, -0.4, "accepted")


@pytest.mark.parametrize(
    ("side", "stop", "exit_price", "outcome"),
    [("buy", 90.0, 120.0, 2.0), ("buy", 90.0, 90.0, -1.0), ("sell", 110.0, 95.0, 0.5)],
)
def test_an_exit_closes_with_its_outcome_in_r(side: str, stop: float, exit_price: float, outcome: float) -> None:
    """(exit − entry) / (entry − stop), for both sides."""
    row = follow(parent(side=side, stop=stop), child("exit"), {"exit_price": exit_price})
    assert (row["status"], row["outcome_r"]) == ("closed", outcome)
    assert row["reasons"][-1]["code"] == "exit_received"


def test_a_partial_exit_leaves_the_trade_open() -> None:
    """`reduce` is told in the reasons; the status stays."""
    row = follow(parent(), child("exit", intent="reduce"), {"exit_price": 110.0})
    assert (row["status"], row["outcome_r"], row["reasons"][-1]["code"]) == ("accepted", None, "partial_exit")


def test_a_skipped_entry_keeps_its_status_and_learns_its_outcome() -> None:
    """What was not traded is not closed, yet shows what would have been."""
    row = follow(parent(status="skipped"), child("exit"), {"exit_price": 110.0})
    assert (row["status"], row["outcome_r"]) == ("skipped", 1.0)


def test_a_second_exit_does_not_rewrite_the_outcome() -> None:
    """How a trade went is told by its first full exit; a repeat at another price changes nothing."""
    row = follow(parent(), child("exit"), {"exit_price": 120.0})
    again = follow(row, child("exit"), {"exit_price": 80.0})
    assert (again["status"], again["outcome_r"]) == ("closed", 2.0)
