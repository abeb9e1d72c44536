"""Says when a market is open, so that a quiet weekend is not taken for a dead alert.

- `cme`: Globex from 17:00 Chicago on the eve to 16:00 on the trade date, Sunday to Friday, with the holidays and early
  closes of the equity index products. Energy, metals, rates and currencies keep somewhat longer hours on those days;
  the shorter ones are used for all, because too short can only miss a silence for a few hours, never invent one.
- `us_equity`: New York's regular session, 9:30 to 16:00. Pre- and after-market count as closed: a chart without
  extended hours sends nothing then, and that must not look like silence.
- `fx`: Sunday 17:00 to Friday 17:00 New York, without Christmas and New Year's Day.
- `crypto`, `always`: never closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from trading.contracts import Calendar
from trading.holidays import cme_closed, cme_early, nyse_closed, nyse_early

CHICAGO = ZoneInfo("America/Chicago")
NEW_YORK = ZoneInfo("America/New_York")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Session:
    """One stretch of trading in UTC, `open` included and `close` not."""

    open: datetime
    close: datetime


def never_closes(calendar: Calendar) -> bool:
    return calendar in ("crypto", "always")


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the market trades at this instant (aware datetime)."""
    return never_closes(calendar) or any(s.open <= at < s.close for s in sessions(calendar, at, at))


def open_seconds(calendar: Calendar, a: datetime, b: datetime) -> float:
    """Seconds of open market in [a, b]; 0 when b is not after a."""
    if b <= a:
        return 0.0
    if never_closes(calendar):
        return (b - a).total_seconds()
    return sum(
        max(0.0, (min(session.close, b) - max(session.open, a)).total_seconds()) for session in sessions(calendar, a, b)
    )


def sessions(calendar: Calendar, a: datetime, b: datetime) -> Iterator[Session]:
    """The sessions that touch [a, b], oldest first. Nothing for a market that never closes."""
    # A session opens on the eve of its trade date, so the day after `b` may already have begun.
    day, last = a.astimezone(UTC).date() - _DAY, b.astimezone(UTC).date() + 2 * _DAY
    while day <= last:
        session = _session(calendar, day)
        if session is not None and session.close > a and session.open <= b:
            yield session
        day += _DAY


@lru_cache(maxsize=8192)
def _session(calendar: Calendar, day: date) -> Session | None:
    """The session of one trade date."""
    if day.weekday() >= 5:
        return None
    if calendar == "cme":
        if day in cme_closed(day.year):
            return None
        return _between(CHICAGO, day - _DAY, time(17, 0), day, cme_early(day.year).get(day, time(16, 0)))
    if calendar == "us_equity":
        if day in nyse_closed(day.year):
            return None
        return _between(NEW_YORK, day, time(9, 30), day, nyse_early(day.year).get(day, time(16, 0)))
    if calendar == "fx":
        if (day.month, day.day) in ((12, 25), (1, 1)):
            return None
        return _between(NEW_YORK, day - _DAY, time(17, 0), day, time(17, 0))
    return None


def _between(zone: ZoneInfo, first: date, opens: time, last: date, closes: time) -> Session:
    return Session(
        datetime.combine(first, opens, zone).astimezone(UTC), datetime.combine(last, closes, zone).astimezone(UTC)
    )
