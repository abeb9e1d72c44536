"""Moves every time in an alert's text by one offset, so that an old log can be sent as if it fired now.

Times are read as they stand: ISO stamps with or without a zone, Unix seconds and milliseconds (also digit-grouped), and
a date beside a time of day. Ids that happen to contain a date stay, because they link alerts and tell no time.
"""

import re
from datetime import date, datetime, time, timedelta

_ISO = re.compile(
    r"(?<![\w.-])(\d{4}-\d{2}-\d{2})([T ])(\d{2}:\d{2}(?::\d{2})?)(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?(?![\w:.]*\d)"
)
_EPOCH = re.compile(r"(?<![\w.,-])(?:1[0-9]{9}(?:[0-9]{3})?|1,[0-9]{3},[0-9]{3},[0-9]{3}(?:,[0-9]{3})?)(?![\w.]|,\d)")
_DATE = re.compile(r"(?<![\w.-])(\d{4}-\d{2}-\d{2})(?![\w-]|[T ]\d{2}:)")
_CLOCK = re.compile(r"(?<=[\"'=\s])(\d{2}:\d{2}(?::\d{2})?)(?=[\"'\s,;&]|$)")
# A number of this size is a time when it is near the alert's own (a monthly bar opens up to 31 days before); else it is
# a volume, a price or an id.
_NEAR = timedelta(days=62)


def shifted(text: str, by: timedelta, fired_at: datetime) -> str:
    """The text of an alert that fired at `fired_at` (aware), every time moved; all else stays byte for byte."""
    beside = _beside(text)
    text = _ISO.sub(lambda found: _iso(found, by), text)
    text = _EPOCH.sub(lambda found: _epoch(found[0], by, fired_at), text)
    return text if beside is None else _move_beside(text, *beside, by)


def _iso(found: re.Match[str], by: timedelta) -> str:
    day, separator, clock, fraction, zone = found.groups(default="")
    try:
        moved = datetime.fromisoformat(f"{day}T{clock}") + by
    except ValueError:
        return found[0]
    shape = "%H:%M:%S" if clock.count(":") == 2 else "%H:%M"
    return f"{moved:%Y-%m-%d}{separator}{moved.strftime(shape)}{fraction}{zone}"


def _epoch(text: str, by: timedelta, fired_at: datetime) -> str:
    digits = text.replace(",", "")
    per_second = 1000 if len(digits) == 13 else 1
    if abs(int(digits) / per_second - fired_at.timestamp()) > _NEAR.total_seconds():
        return text
    moved = int(digits) + round(by.total_seconds() * per_second)
    return f"{moved:,}" if "," in text else str(moved)


def _beside(text: str) -> tuple[str, str | None] | None:
    """A lone date, and the time of day that stands beside it when there is exactly one."""
    dates, clocks = set(_DATE.findall(_ISO.sub("", text))), set(_CLOCK.findall(_ISO.sub("", text)))
    if len(dates) != 1:
        return None
    return dates.pop(), clocks.pop() if len(clocks) == 1 else None


def _move_beside(text: str, day: str, clock: str | None, by: timedelta) -> str:
    try:
        before = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock or "12:00:00"))
    except ValueError:
        return text
    moved = before + by
    text = _DATE.sub(f"{moved:%Y-%m-%d}", text)
    if clock is None:
        return text
    return _CLOCK.sub(moved.strftime("%H:%M:%S" if clock.count(":") == 2 else "%H:%M"), text)
