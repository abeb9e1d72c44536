"""Every spelling of a time moves by the one offset, and nothing else in a message changes."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from signals.time_shift import shifted

FIRED = datetime(2025, 11, 14, 20, 15, tzinfo=UTC)
BY = timedelta(days=3, hours=5, minutes=7, seconds=11)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"t":"2025-11-14T20:15:00Z"}', '{"t":"2025-11-18T01:22:11Z"}'),
        ('{"t":"2025-11-14T20:15:00.123Z"}', '{"t":"2025-11-18T01:22:11.123Z"}'),
        ('{"t":"2025-11-14T15:15:00-05:00"}', '{"t":"2025-11-17T20:22:11-05:00"}'),
        ('{"t":"2025-11-14 15:15"}', '{"t":"2025-11-17 20:22"}'),
        ('{"t":"2025-11-14T05:44:00"}', '{"t":"2025-11-17T10:51:11"}'),
        ('{"t":1763151240000}', '{"t":1763428871000}'),
        ('{"t":"1763151240"}', '{"t":"1763428871"}'),
        ("time=1,763,151,240,000 x", "time=1,763,428,871,000 x"),
        ('{"date":"2025-11-14","time":"20:15:00"}', '{"date":"2025-11-18","time":"01:22:11"}'),
        ('{"date":"2025-11-14"}', '{"date":"2025-11-17"}'),
    ],
)
def test_times_move(before: str, after: str) -> None:
    """ISO with and without zone, seconds and milliseconds since 1970, grouped digits, a date beside a time of day."""
    assert shifted(before, BY, FIRED) == after


@pytest.mark.parametrize(
    "text",
    [
        '{"trade_id":"20251201_052800000_BEARISH"}',
        '{"volume":1500000000,"price":25118.25}',
        '{"price":"1,763.25","id":"a1763151240"}',
        '{"version":"2025.11.20","ratio":"12:30:45:10"}',
        "BUY NQ1! @ 21450.25",
        "",
    ],
)
def test_what_is_no_time_stays(text: str) -> None:
    """Ids, prices, volumes and versions keep every byte."""
    assert shifted(text, BY, FIRED) == text


def test_shifting_back_gives_the_same_text() -> None:
    """A day's worth of distinct messages stays distinct, and the way back leads to the very bytes."""
    texts = [
        json.dumps({"ts": 1763151240000 + 60_000 * n, "t": f"2025-11-14T{n // 60:02}:{n % 60:02}:00"})
        for n in range(1440)
    ]
    moved = [shifted(text, BY, FIRED) for text in texts]
    assert len(set(moved)) == len(texts)
    assert [shifted(text, -BY, FIRED + BY) for text in moved] == texts
