"""Reads when an alert was sent, though senders write one moment in many ways and zones."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from signals.alert.decode import visible
from signals.alert.numbers import quiet
from signals.alert.synonyms import words

EARLIEST_LAG = -60.0
LATEST_LAG = 600.0
_DATE_TIME = re.compile(
    r"""(?:[A-Za-z]{3},?\ +)?
    (?:(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})
      |(?P<a>\d{1,2})[-./](?P<b>\d{1,2})[-./](?P<y2>\d{4})
      |(?P<y3>\d{4})(?P<m3>\d{2})(?P<d3>\d{2})
      |(?P<mon>[A-Za-z]{3})[a-z]*\.?\ +(?P<d4>\d{1,2}),?\ +(?P<y4>\d{4})
      |(?P<d5>\d{1,2})\ +(?P<mon5>[A-Za-z]{3})[a-z]*\.?,?\ +(?P<y5>\d{4}))
    (?:[T\ ,]+(?P<clock>\d{1,2}:?\d{2}(?::?\d{2}(?:[.,]\d{1,9})?)?\ *(?:[AaPp][Mm])?)
      \ *(?P<zone>Z|UTC|GMT(?:[+-]\d{1,4})?|[+-]\d{2}(?::?\d{2})?|[A-Z]{3})?)?\Z""",
    re.ASCII | re.VERBOSE,
)
# How TradingView writes {{timenow}} and {{time}}, and so most of what comes: read without the many other ways.
_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z\Z", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?\Z", re.ASCII)
_MONTHS = {name: i for i, name in enumerate(words("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}
_EPOCH_UNITS = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e3), (1e14, 1e17, 1e6), (1e17, 1e20, 1e9))


class Stamp(NamedTuple):
    """A moment as written: absolute when it names its zone or counts seconds, else a wall clock."""

    moment: datetime
    absolute: bool
    epoch: bool = False


class Reading(NamedTuple):
    """How a stamp was read: the moment, the words for it, and how long before receipt (seconds)."""

    moment: datetime
    read_as: str
    lag: float


def stamps(value: Any, received_at: datetime) -> list[Stamp]:
    """All moments that a value can mean, before any zone is tried; none when it is no time."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, (int, float)):
        return _epoch(float(value))
    if not isinstance(value, str) or not 4 <= len(value) <= 64:
        return []
    text = visible(value)
    if _PLAIN.match(text) and (plain := _plain(text)) is not None:
        return [plain]
    if any(c in text for c in "-/:T") or not text[:1].isdigit() or re.fullmatch(r"\d{8}", text):
        found = _written(text)
        if found:
            return found
        clock = _clock(text)
        if clock is not None:
            midnight = received_at.astimezone(UTC).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
            return [Stamp(midnight + clock + timedelta(days=d), False) for d in (-1, 0, 1)]
        return []
    count = quiet(re.sub(r"(?<=\d)[, '](?=\d{3}(?!\d))", "", text))
    return _epoch(count) if count is not None else []


def joined(day: Any, clock: Any, received_at: datetime) -> list[Stamp]:
    """The moment of a date and a time that stand in two fields."""
    if not isinstance(day, str) or not isinstance(clock, str):
        return []
    span = _clock(visible(clock))
    if span is None:
        return []
    return [
        Stamp(s.moment + span, False)
        for s in stamps(day, received_at)
        if not s.epoch and s.moment.time() == datetime.min.time()
    ]


def readings(
    stamp: Stamp, zones: Sequence[tuple[str, str]], received_at: datetime, bar_seconds: int | None
) -> Iterator[Reading]:
    """Every reading of a stamp: as declared, in each zone (name, IANA name), and each as a bar's open."""
    base: list[tuple[str, datetime]] = []
    wall = stamp.moment.replace(tzinfo=None)
    if stamp.absolute:
        base.append(("epoch" if stamp.epoch else "declared", stamp.moment))
    if not stamp.epoch:
        base += [(name, wall.replace(tzinfo=_zone(zone))) for name, zone in zones]
    for name, moment in base:
        instant = moment.astimezone(UTC)
        lag = (received_at - instant).total_seconds()
        yield Reading(instant, name, lag)
        if bar_seconds:
            yield Reading(instant + timedelta(seconds=bar_seconds), f"{name}+interval", lag - bar_seconds)


def nearest(candidates: list[Reading]) -> Reading | None:
    """The reading nearest to receipt that fits the window; the first one wins a tie."""
    fitting = [r for r in candidates if EARLIEST_LAG <= r.lag <= LATEST_LAG]
    return min(fitting, key=lambda r: abs(r.lag)) if fitting else None


def zone_known(name: str | None) -> bool:
    """True when an IANA zone of this name exists."""
    try:
        return bool(name) and _zone(str(name)) is not None
    except (ValueError, OSError, KeyError):
        return False


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)


def _epoch(count: float) -> list[Stamp]:
    for low, high, unit in _EPOCH_UNITS:
        if low <= count < high:
            return _made(
                datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=math.floor(count / unit * 1000 + 0.5))
            )
    return []


def _made(start: datetime, span: timedelta) -> list[Stamp]:
    try:
        moment = start + span
    except OverflowError:
        return []
    return [Stamp(moment, True, True)] if 1990 <= moment.year <= 2200 else []


def _plain(text: str) -> Stamp | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Stamp(moment, True) if 1990 <= moment.year <= 2200 else None


def _written(text: str) -> list[Stamp]:
    match = _DATE_TIME.match(text)
    if match is None:
        return []
    part = match.groupdict()
    if part["a"]:
        # 03/04 is March in New York and April in London; both are tried and the nearest to receipt wins.
        days = [(part["y2"], part["a"], part["b"]), (part["y2"], part["b"], part["a"])]
    elif part["y"]:
        days = [(part["y"], part["m"], part["d"])]
    elif part["y3"]:
        days = [(part["y3"], part["m3"], part["d3"])]
    else:
        year, month, day = (
            (part["y4"], part["mon"], part["d4"]) if part["y4"] else (part["y5"], part["mon5"], part["d5"])
        )
        days = [(year, str(_MONTHS.get(month.lower(), 0)), day)]
    span = _clock(part["clock"].strip()) if part["clock"] else timedelta()
    offset = _offset(part["zone"])
    found = []
    for year, month, day in days:
        try:
            start = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if span is None or not 1990 <= start.year <= 2200:
            continue
        wall = datetime(start.year, start.month, start.day) + span
        stamp = Stamp(wall, False) if offset is None else Stamp(wall.replace(tzinfo=UTC) - offset, True)
        if stamp not in found:
            found.append(stamp)
    return found


def _clock(text: str) -> timedelta | None:
    match = _CLOCK.match(text)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[5].lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=int((match[4] or "0")[:6].ljust(6, "0")))


def _offset(zone: str | None) -> timedelta | None:
    if zone is None:
        return None
    if zone in ("Z", "UTC", "GMT"):
        return timedelta()
    digits = re.fullmatch(r"(?:GMT)?([+-])(\d{1,2}):?(\d{2})?", zone)
    if digits is None:
        return None
    span = timedelta(hours=int(digits[2]), minutes=int(digits[3] or 0))
    return -span if digits[1] == "-" else span
