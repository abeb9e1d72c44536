"""Decides when an alert was sent, and whether that moment may make it stale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from signals.alert import synonyms, times
from signals.alert.fields import Fields, Leaf
from signals.alert.intervals import seconds_of
from signals.alert.model import Alert, Freshness, SourceRules
from signals.alert.numbers import is_missing
from signals.alert.synonyms import words
from signals.alert.zones import zones_for

_DAY = words("date bardate day")


class Moment(NamedTuple):
    """When an alert was sent, how that was read, whether it is the firing time, and its lag (ms)."""

    sent_at: datetime | None = None
    read_as: str | None = None
    firing: bool = False
    lag_ms: float | None = None


def moment_of(
    places: list[Fields],
    source: SourceRules,
    exchange: str | None,
    symbol: str | None,
    interval: str | None,
    received_at: datetime,
    notes: list[str],
) -> Moment:
    """The best reading of an alert's times; only `timenow`, or what the mapping names so, is a firing time."""
    zones = zones_for(source.timezone, exchange, symbol)
    for place in places:
        for leaf in place.named(synonyms.FIRING_TIME):
            if is_missing(leaf.value):
                continue
            place.take(leaf)
            return _fired(leaf, zones, received_at, notes)
    bar = seconds_of(interval)
    candidates: list[times.Reading] = []
    unread = False
    for place in places:
        for leaf in place.named(synonyms.TIME):
            if is_missing(leaf.value):
                continue
            stamps = _joined(place, leaf, received_at) or times.stamps(leaf.value, received_at)
            unread = unread or not stamps
            if stamps:
                place.take(leaf)
            for stamp in stamps:
                candidates += times.readings(stamp, zones, received_at, bar)
        if candidates:
            break
    best = times.nearest(candidates)
    if best is None:
        if candidates or unread:
            notes.append("time_unreadable" if not candidates else "time_not_trusted")
        return Moment()
    return Moment(best.moment, best.read_as, False, best.lag * 1000.0)


def freshness(alert: Alert, received_at: datetime, max_age_s: float) -> Freshness:
    """Whether an alert may still be acted on: only a firing time that is too old makes it stale."""
    if alert.sent_at is None:
        return "unknown"
    age = (received_at - alert.sent_at).total_seconds()
    if age < times.EARLIEST_LAG:
        return "unknown"
    return "stale" if alert.is_firing_time and age > max_age_s else "fresh"


def _fired(leaf: Leaf, zones: Sequence[tuple[str, str]], received_at: datetime, notes: list[str]) -> Moment:
    """A firing time: as declared; without a zone the reading that fits, else the latest that is past."""
    found = times.stamps(leaf.value, received_at)
    if not found:
        notes.append("time_unreadable")
        return Moment()
    readings = [r for stamp in found for r in times.readings(stamp, [] if stamp.absolute else zones, received_at, None)]
    best = times.nearest(readings)
    if best is None:
        past = [r for r in readings if r.lag >= times.EARLIEST_LAG]
        if not past:
            notes.append("time_not_trusted")
            return Moment()
        best = min(past, key=lambda r: r.lag)
    return Moment(best.moment, best.read_as, True, best.lag * 1000.0)


def _joined(place: Fields, leaf: Leaf, received_at: datetime) -> list[times.Stamp]:
    """The stamp of a `time` field that holds a clock only, beside a `date` field."""
    if leaf.name not in ("time", "bartime", "t"):
        return []
    for day in place.named(_DAY):
        if day.path[:-1] == leaf.path[:-1]:
            found = times.joined(day.value, leaf.value, received_at)
            if found:
                place.take(day)
                return found
    return []
