"""Finds the folder of real data, which is no part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


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
