"""Finds the folder of real data, which is no part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Two exports of TradingView's alert log: together 1,530 alerts.
LOGS = ("TradingView_Alerts_Log_2025-11-15_ff323.csv", "TradingView_Alerts_Log_2025-12-01_560cb.csv")
REPOSITORY = Path(__file__).resolve().parents[2]


def folder() -> Path | None:
    """`SIGNAL_DESK_DATA`, else `shared/data` beside the repository or beside one of its ancestors."""
    named = os.environ.get("SIGNAL_DESK_DATA")
    places = [Path(named)] if named else [parent / "shared" / "data" for parent in REPOSITORY.parents]
    return next((place for place in places if (place / "tradingview_samples.jsonl").is_file()), None)


def found(name: str) -> Path:
    """The path of a file of real data; the test is skipped with the reason where it is absent."""
    place = folder()
    if place is None or not (place / name).is_file():
        pytest.skip(f"{name} is not here: set SIGNAL_DESK_DATA to the folder of real data")
    return place / name
