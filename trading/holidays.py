"""Which days US markets close or close early, by rule, so that the table is right for years to come without a feed.

Sources: NYSE "Holidays and Trading Hours"; CME Group's Globex holiday calendars for equity index products.
"""

from datetime import date, time, timedelta
from functools import lru_cache

# Days of mourning are decrees, not rules: the only dates that have to be typed in.
MOURNING = {date(2018, 12, 5): "President G. H. W. Bush", date(2025, 1, 9): "President Carter"}
JUNETEENTH_SINCE = 2022

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY, _SUNDAY = 0, 3, 4, 5, 6


def easter(year: int) -> date:
    """Western Easter Sunday by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    ell = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * ell) // 451
    month, day = divmod(h + ell - 7 * m + 114, 31)
    return date(year, month, day + 1)


def good_friday(year: int) -> date:
    return easter(year) - timedelta(days=2)


def thanksgiving(year: int) -> date:
    return _nth(year, 11, _THURSDAY, 4)


@lru_cache(maxsize=64)
def nyse_closed(year: int) -> frozenset[date]:
    """Dates in `year` on which the New York Stock Exchange does not open (weekends not included)."""
    days = {
        _nth(year, 1, _MONDAY, 3),  # Martin Luther King
        _nth(year, 2, _MONDAY, 3),  # Presidents' Day
        good_friday(year),
        _memorial_day(year),
        _observed(date(year, 7, 4)),
        _nth(year, 9, _MONDAY, 1),  # Labor Day
        thanksgiving(year),
        _observed(date(year, 12, 25)),
        *(day for day in MOURNING if day.year == year),
    }
    if date(year, 1, 1).weekday() != _SATURDAY:  # rule 7.2: a Saturday's New Year is not kept on the year's last Friday
        days.add(_observed(date(year, 1, 1)))
    if year >= JUNETEENTH_SINCE:
        days.add(_observed(date(year, 6, 19)))
    return frozenset(days)


@lru_cache(maxsize=64)
def nyse_early(year: int) -> dict[date, time]:
    """Dates with a 13:00 New York close: the day after Thanksgiving, and the eves of July 4 and of Christmas."""
    days = {thanksgiving(year) + timedelta(days=1), date(year, 7, 3), date(year, 12, 24)}
    closed = nyse_closed(year)
    return {day: time(13, 0) for day in days if day.weekday() <= _FRIDAY and day not in closed}


@lru_cache(maxsize=64)
def cme_closed(year: int) -> frozenset[date]:
    """Trade dates on which CME equity futures have no session at all: New Year, Good Friday, Christmas."""
    days = {_observed(date(year, 12, 25))}
    if date(year, 1, 1).weekday() != _SATURDAY:
        days.add(_observed(date(year, 1, 1)))
    if not _employment_report_on(good_friday(year)):
        days.add(good_friday(year))
    return frozenset(days)


@lru_cache(maxsize=64)
def cme_early(year: int) -> dict[date, time]:
    """Trade dates whose session ends early, with the Chicago time: noon on US holidays, 12:15 before, 8:15 or 8:30."""
    noon, eve = time(12, 0), time(12, 15)
    closed = cme_closed(year)
    early = {day: noon for day in nyse_closed(year) if day not in closed}
    early |= {day: eve for day in nyse_early(year) if day not in closed}
    early |= {day: time(8, 30) for day in MOURNING if day.year == year}
    friday = good_friday(year)
    if _employment_report_on(friday):
        early[friday] = time(8, 15)
    return early


def _employment_report_on(friday: date) -> bool:
    """The jobs report comes on the month's first Friday; when that is Good Friday, futures trade until after it."""
    return friday.day <= 7


def _memorial_day(year: int) -> date:
    last = date(year, 5, 31)
    return last - timedelta(days=last.weekday())


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _observed(day: date) -> date:
    if day.weekday() == _SATURDAY:
        return day - timedelta(days=1)
    return day + timedelta(days=1) if day.weekday() == _SUNDAY else day
