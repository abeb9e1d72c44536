"""Reads an alert's instant and interval as numbers a model can use; the session is New York's, whatever the market.

Without holidays on purpose: a feature must be the same years later, and calendars get corrected.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

_NEW_YORK = ZoneInfo("America/New_York")
_OPEN, _CLOSE = 9.5, 16.0  # hours of New York's day
_INTERVAL = re.compile(r"(\d{1,5})?\s*([smhdw]|min|sec)?", re.IGNORECASE)
_MINUTES = {"": 1.0, "min": 1.0, "s": 1 / 60, "sec": 1 / 60, "h": 60.0, "d": 1440.0, "w": 10080.0}


def instant(value: Any) -> datetime | None:
    """A UTC instant from RFC 3339 text or a datetime; None when it is neither."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def interval_minutes(value: Any) -> float:
    """Minutes of a TradingView interval: `5`, `240`, `30S`, `D`, `1D`, `W`, `1M`; 0 when it is none."""
    if not isinstance(value, str) or not value or (match := _INTERVAL.fullmatch(value.strip())) is None:
        return 0.0
    count, unit = int(match[1] or 1), match[2] or ""
    if unit == "M":
        return count * 43200.0
    return count * _MINUTES.get("" if unit == "m" else unit.lower(), 0.0)


def in_regular_hours(at: datetime) -> float:
    """1.0 from Monday to Friday between the bells, else 0.0."""
    weekday, hour = _new_york(at)
    return 1.0 if weekday < 5 and _OPEN <= hour < _CLOSE else 0.0


def hours_since_open(at: datetime) -> float:
    """Hours since the clock in New York last read 09:30, 0 to 24."""
    return (_new_york(at)[1] - _OPEN) % 24.0


def hours_to_close(at: datetime) -> float:
    """Hours until the clock in New York next reads 16:00, 0 to 24."""
    return (_CLOSE - _new_york(at)[1]) % 24.0


@lru_cache(maxsize=16)  # one instant is asked about three times
def _new_york(at: datetime) -> tuple[int, float]:
    """The weekday (Monday is 0) and the hour there."""
    local = at.astimezone(_NEW_YORK)
    return local.weekday(), local.hour + local.minute / 60.0 + local.second / 3600.0
