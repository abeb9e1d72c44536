"""Market hours by rule agree with exchange_calendars over ten years, and every difference is named here."""

from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import exchange_calendars
import pytest

from trading import calendar
from trading.contracts import Calendar
from trading.holidays import easter

CHICAGO = ZoneInfo("America/Chicago")
NEW_YORK = ZoneInfo("America/New_York")
FIRST, LAST = date(2018, 1, 1), date(2027, 12, 31)

Hours = dict[date, tuple[datetime, datetime]]


def theirs(name: str) -> Hours:
    schedule = exchange_calendars.get_calendar(name, start=str(FIRST), end=str(LAST)).schedule
    return {day.date(): (row["open"].to_pydatetime(), row["close"].to_pydatetime()) for day, row in schedule.iterrows()}


def ours(name: Literal["cme", "us_equity"], zone: ZoneInfo) -> Hours:
    start = datetime(2018, 1, 1, 12, tzinfo=zone)
    found = calendar.sessions(name, start - timedelta(days=1), datetime(2028, 1, 1, tzinfo=zone))
    by_day = {s.close.astimezone(zone).date(): (s.open, s.close) for s in found}
    return {day: times for day, times in by_day.items() if FIRST <= day <= LAST}


def test_us_shares_agree_to_the_minute() -> None:
    """Every session of the New York Stock Exchange from 2018 to 2027 opens and closes as exchange_calendars says."""
    assert ours("us_equity", NEW_YORK) == theirs("XNYS")


# CMES in exchange_calendars describes the exchange's floor-less day for several product groups at once:
# - it has no daily break: a session ends at 17:00, where equity futures stop at 16:00;
# - holidays and eves close at 12:00, where the eves (day after Thanksgiving, July 3, December 24) close at 12:15.
# Beyond these two rules the days below differ, each for the reason beside it.
JOBS_REPORT = "Good Friday with the jobs report: equity futures trade until 8:15, CMES has no session"
MOURNING = "national day of mourning: equity futures stop at 8:30, CMES has no session"
JULY_EVE = "eve of July 4: equity futures stop at 12:15, CMES keeps the full day"
JUNETEENTH = "Juneteenth, a US holiday since 2022: equity futures stop at noon, CMES keeps the full day"
EXPLAINED = {
    date(2021, 4, 2): JOBS_REPORT,
    date(2023, 4, 7): JOBS_REPORT,
    date(2026, 4, 3): JOBS_REPORT,
    date(2018, 12, 5): MOURNING,
    date(2025, 1, 9): MOURNING,
    **{date(year, 7, 3): JULY_EVE for year in (2018, 2019, 2023, 2024, 2025)},
    **{date(2022, 6, 20) if year == 2022 else date(year, 6, 19): JUNETEENTH for year in range(2022, 2027)},
    date(2027, 6, 18): JUNETEENTH,
}


def test_cme_agrees_but_for_the_named_days() -> None:
    """Globex matches CMES once its two general rules are applied; each remaining day is named with its reason."""
    mine, other = ours("cme", CHICAGO), theirs("CMES")
    differences: dict[date, str] = {}
    for day in sorted(mine.keys() | other.keys()):
        if day not in mine or day not in other:
            differences[day] = f"ours {mine.get(day)}, theirs {other.get(day)}"
            continue
        (opens, closes), (their_open, their_close) = mine[day], other[day]
        local = their_close.astimezone(CHICAGO)
        eve = closes.astimezone(CHICAGO).strftime("%H:%M") == "12:15"
        expected = local - timedelta(hours=1) if local.hour == 17 else local + timedelta(minutes=15 * eve)
        if (opens, closes) != (their_open, expected.astimezone(UTC)):
            differences[day] = f"ours {opens} {closes}, theirs {their_open} {their_close}"
    assert differences.keys() == EXPLAINED.keys(), {
        str(day): text for day, text in differences.items() if day not in EXPLAINED
    }


@pytest.mark.parametrize(
    ("name", "local", "expected"),
    [
        ("cme", "2026-01-09T15:59:59", True),
        ("cme", "2026-01-09T16:00:00", False),
        ("cme", "2026-01-10T12:00:00", False),
        ("cme", "2026-01-11T16:59:59", False),
        ("cme", "2026-01-11T17:00:00", True),
        ("cme", "2026-01-13T16:30:00", False),
        ("cme", "2026-01-13T17:00:00", True),
        ("cme", "2026-01-19T12:30:00", False),
        ("cme", "2026-01-19T17:00:00", True),
        ("cme", "2026-12-25T10:00:00", False),
        ("cme", "2026-12-24T18:00:00", False),
        ("cme", "2025-12-25T17:00:00", True),
        ("fx", "2026-01-09T15:59:00", True),
        ("fx", "2026-01-09T16:00:00", False),
        ("fx", "2026-01-11T16:00:00", True),
        ("fx", "2026-12-25T03:00:00", False),
        ("crypto", "2026-12-25T03:00:00", True),
        ("always", "2026-01-10T03:00:00", True),
        ("us_equity", "2026-01-13T08:29:59", False),
        ("us_equity", "2026-01-13T08:30:00", True),
        ("us_equity", "2026-01-13T15:00:00", False),
        ("us_equity", "2026-11-27T12:01:00", False),
    ],
)
def test_open_or_closed(name: Calendar, local: str, expected: bool) -> None:
    """Breaks, weekends, holidays and half days are closed; times are Chicago's."""
    assert calendar.is_open(name, datetime.fromisoformat(local).replace(tzinfo=CHICAGO)) is expected


def test_open_seconds_skip_the_break_and_the_weekend() -> None:
    """From Friday 15:00 to Sunday 18:00 Chicago CME trades two hours; across a daily break one of two."""
    friday = datetime(2026, 1, 9, 15, tzinfo=CHICAGO)
    assert calendar.open_seconds("cme", friday, datetime(2026, 1, 11, 18, tzinfo=CHICAGO)) == 2 * 3600
    tuesday = datetime(2026, 1, 13, 15, 30, tzinfo=CHICAGO)
    assert calendar.open_seconds("cme", tuesday, tuesday + timedelta(hours=2)) == 3600
    assert calendar.open_seconds("crypto", friday, friday + timedelta(days=2)) == 2 * 86400
    assert calendar.open_seconds("cme", friday, friday - timedelta(days=1)) == 0


@pytest.mark.parametrize("sunday", [date(2026, 3, 8), date(2026, 11, 1)])
def test_clocks_change_without_an_hour_lost(sunday: date) -> None:
    """On the Sundays when clocks change, Globex still opens at 17:00 Chicago, an hour apart in UTC."""
    night = datetime(sunday.year, sunday.month, sunday.day, 6, tzinfo=UTC)
    opens = next(calendar.sessions("cme", night, night + timedelta(days=1))).open
    assert opens.astimezone(CHICAGO).hour == 17
    assert opens.hour == (22 if sunday.month == 3 else 23)


def test_computus() -> None:
    """Easter Sundays of the astronomical almanac, the earliest and the latest possible among them."""
    dates = [easter(year) for year in (1818, 1943, 2000, 2018, 2024, 2025, 2026, 2027, 2038)]
    assert [(d.month, d.day) for d in dates] == [
        (3, 22), (4, 25), (4, 23), (4, 1), (3, 31), (4, 20), (4, 5), (3, 28), (4, 25),
    ]  # fmt: skip
