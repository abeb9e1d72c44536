"""Two real exports of an alert log are understood whole: every entry, exit and update, in its own time."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from signals.alert import Alert, freshness
from tests.signals.alert.reading import parsed
from tests.support.real_data import LOGS, found


def alerts(name: str) -> Iterator[tuple[Alert, datetime]]:
    """Each alert of a log, received when the log says, its symbol coming from the query."""
    with found(name).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            received = datetime.fromisoformat(row["Time"].replace("Z", "+00:00"))
            result = parsed(row["Description"], query={"symbol": row["Ticker"].split(",")[0]}, at=received)
            assert len(result.alerts) == 1
            assert result.repairs == ()
            yield result.alerts[0], received


def test_both_logs_are_understood() -> None:
    """1,530 alerts, 117 entries, 89 exits, the rest updates; each names its trade and the symbol."""
    every = [alert for name in LOGS for alert, _ in alerts(name)]
    assert len(every) == 1530
    assert Counter(alert.kind for alert in every) == {"entry": 117, "exit": 89, "update": 1324}
    assert all(
        alert.trade_ref and alert.symbol == "MNQ1!" and alert.recognised and not alert.note_codes for alert in every
    )


@pytest.mark.parametrize("name", LOGS)
def test_entries_carry_what_sizing_needs(name: str) -> None:
    """Side, price, a stop on the losing side and three targets on the winning side."""
    for alert, _ in alerts(name):
        if alert.kind != "entry":
            continue
        assert alert.price is not None
        assert alert.stop is not None
        assert len(alert.targets) == 3
        sign = 1 if alert.side == "buy" else -1
        assert (alert.price - alert.stop) * sign > 0
        assert all((target - alert.price) * sign > 0 for target in alert.targets)


@pytest.mark.parametrize("name", LOGS)
def test_exits_close(name: str) -> None:
    """Every exit closes its trade, whatever direction the trade had."""
    assert {(a.side, a.intent) for a, _ in alerts(name) if a.kind == "exit"} == {("close", "close")}


@pytest.mark.parametrize("name", LOGS)
def test_times_are_read_right(name: str) -> None:
    """Chicago time marked Z and naive New York time from one source both land beside the log's own time."""
    for alert, received in alerts(name):
        assert alert.sent_at is not None
        assert timedelta(0) <= received - alert.sent_at <= timedelta(minutes=10)
        assert freshness(alert, received, 300) == "fresh"


def test_both_clocks_of_the_second_log_are_seen() -> None:
    """The same script once wrote Chicago time with a Z, later New York time without a zone."""
    read_as = Counter((alert.time_read_as or "").split("+")[0] for alert, _ in alerts(LOGS[1]))
    assert set(read_as) == {"Chicago", "New York"}
