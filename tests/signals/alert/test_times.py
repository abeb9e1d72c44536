"""Times are read in the zone that fits their arrival, and only a firing time can make an alert stale."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signals.alert import freshness
from tests.signals.alert.reading import RECEIVED, read

SENT = datetime(2026, 3, 4, 14, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "sent_at", "read_as"),
    [
        ({"time": "2026-03-04T14:35:00Z"}, SENT, "declared"),
        ({"time": "2026-03-04T14:35:00.000Z"}, SENT, "declared"),
        ({"time": "2026-03-04 14:35:00"}, SENT, "UTC"),
        ({"time": "2026-03-04T14:35Z"}, SENT, "declared"),
        ({"time": "2026-03-04T09:35:00-05:00"}, SENT, "declared"),
        ({"time": "2026-03-04T09:35:00-0500"}, SENT, "declared"),
        ({"time": "2026-03-04T09:35:00"}, SENT, "New York"),
        ({"time": "2026-03-04T08:35:00Z"}, SENT, "Chicago"),
        ({"time": "2026-03-04T08:35:00"}, SENT, "Chicago"),
        ({"time": 1772634900}, SENT, "epoch"),
        ({"time": "1772634900"}, SENT, "epoch"),
        ({"time": 1772634900000}, SENT, "epoch"),
        ({"time": "1,772,634,900,000"}, SENT, "epoch"),
        ({"time": 1.7726349e12}, SENT, "epoch"),
        ({"time": "2026-03-04T14:30:00Z", "interval": "5"}, SENT, "declared+interval"),
        ({"time": "2026-03-04T09:30:00", "interval": "5"}, SENT, "New York+interval"),
        ({"date": "2026-03-04", "time": "09:35:00"}, SENT, "New York"),
        ({"time": "14:35:00"}, SENT, "UTC"),
        ({"time": "03/04/2026 14:35:00"}, SENT, "UTC"),
        ({"time": "04.03.2026 14:35"}, SENT, "UTC"),
        ({"time": "Mar 4, 2026 02:35 PM"}, SENT, "UTC"),
        ({"time": "20260304 14:35:00"}, SENT, "UTC"),
        ({"time": "2026-03-04T06:00:00Z", "timestamp": 1772634900}, SENT, "epoch"),
        ({"time": "2026-03-04T01:00:00Z"}, None, None),
        ({"time": 1e20}, None, None),
        ({"time": -5}, None, None),
        ({"time": "soon"}, None, None),
        ({"time": "2026-13-45T99:99:99Z"}, None, None),
        ({"time": "9999-12-31T23:59:59Z"}, None, None),
        ({"timenow": "2026-03-04T14:35:00Z"}, SENT, "declared"),
        ({"timenow": "2026-03-04T09:35:00"}, SENT, "New York"),
        ({"timenow": "2031-01-01T00:00:00Z"}, None, None),
        ({"timenow": "NaN", "time": "2026-03-04T14:35:00Z"}, SENT, "declared"),
    ],
    ids=str,
)
def test_reading(fields: dict[str, Any], sent_at: datetime | None, read_as: str | None) -> None:
    """The reading nearest to receipt wins and says how it was read; what fits nowhere is no time."""
    alert = read({"symbol": "NQ1!", "side": "buy", **fields})
    assert (alert.sent_at, alert.time_read_as) == (sent_at, read_as)


def test_the_declared_zone_of_the_source_is_tried_first() -> None:
    """A source that says it lives in Tokyo is believed."""
    alert = read({"symbol": "AAPL", "side": "buy", "time": "2026-03-04 23:35:00"}, timezone="Asia/Tokyo")
    assert (alert.sent_at, alert.time_read_as) == (SENT, "source (Asia/Tokyo)")


def test_an_unknown_zone_is_ignored() -> None:
    """A zone that does not exist must not break every alert of its source."""
    assert read({"symbol": "AAPL", "side": "buy", "time": "2026-03-04 14:35:00"}, timezone="../../etc").sent_at == SENT


@pytest.mark.parametrize(
    ("fields", "verdict", "notes"),
    [
        ({"timenow": "2026-03-04T14:35:00Z"}, "fresh", ()),
        ({"timenow": "2026-03-04T14:20:00Z"}, "stale", ()),
        ({"timenow": "2026-03-03T14:20:00Z"}, "stale", ()),
        ({"timenow": "2026-03-04T12:00:00"}, "stale", ()),
        ({"timenow": "2031-01-01T00:00:00Z"}, "unknown", ("time_not_trusted",)),
        ({"timenow": 1e20}, "unknown", ("time_unreadable",)),
        ({"time": "2026-03-04T14:27:00Z"}, "fresh", ()),
        ({"time": "2026-03-01T14:27:00Z"}, "unknown", ("time_not_trusted",)),
        ({"time": 1e20}, "unknown", ("time_unreadable",)),
        ({}, "unknown", ()),
    ],
    ids=str,
)
def test_freshness(fields: dict[str, Any], verdict: str, notes: tuple[str, ...]) -> None:
    """Only a firing time that is too old makes an alert stale; a time that can't be trusted is told."""
    alert = read({"symbol": "NQ1!", "side": "buy", **fields})
    assert (freshness(alert, RECEIVED, 300), alert.note_codes) == (verdict, notes)


def test_a_firing_time_named_by_the_mapping_counts() -> None:
    """A source can say which of its fields is the firing time."""
    alert = read(
        {"symbol": "NQ1!", "side": "buy", "fired": {"at": "2026-03-04T14:00:00Z"}}, mapping={"sent_at": "fired.at"}
    )
    assert alert.is_firing_time
    assert freshness(alert, RECEIVED, 300) == "stale"
    assert freshness(alert, RECEIVED, 3600) == "fresh"


def test_freshness_moves_with_the_moment_it_is_asked_for() -> None:
    """The same alert grows stale while it waits."""
    alert = read({"symbol": "NQ1!", "side": "buy", "timenow": "2026-03-04T14:35:00Z"})
    assert freshness(alert, RECEIVED + timedelta(minutes=6), 300) == "stale"
