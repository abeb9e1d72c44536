"""The health of a source is what the journal's facts say, no more and no less, and fits in bounded memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from events.clock import rfc3339
from events.envelope import Fact
from signals import cadence
from signals.health import ARRIVALS_KEPT, LAGS_KEPT, MAX_SERIES, SERIES_SHOWN, HealthBook

MONDAY = datetime(2026, 1, 12, 15, 0, tzinfo=UTC)  # 9:00 in Chicago: Globex is open


@dataclass(frozen=True)
class Settings:
    name: str
    expected_every_s: float | None = None
    muted_until: str | None = None


def alert(seq: int, at: datetime, *, symbol: str | None = "MNQ1!", lag: float | None = None, **data: Any) -> Fact:
    shown = {"source": "tradingview", "symbol": symbol, "interval": "1", "received_at": rfc3339(at), "lag_ms": lag}
    return Fact(
        type="signal_received", source="tradingview", symbol=symbol, message="", data=shown | data, epoch="e", seq=seq
    )


def rejected(seq: int, code: str) -> Fact:
    data = {"code": code, "text": "", "hint": "", "raw": "", "content_type": None, "source": "tradingview"}
    return Fact(type="signal_rejected", source="tradingview", message="", data=data, epoch="e", seq=seq)


def told(seq: int, data: dict[str, Any]) -> Fact:
    return Fact(type="signal_gap_alert", source=data["source"], message="", data=data, epoch="e", seq=seq)


def fed(facts: Sequence[Fact], *settings: Settings) -> HealthBook:
    book = HealthBook(lambda: settings)
    book.listen(facts)
    return book


def test_a_source_that_never_spoke_is_listed() -> None:
    """A new source stands in the table as `never`, with nothing made up."""
    (line,) = fed((), Settings("new")).table(MONDAY)
    assert (line["source"], line["status"], line["count"], line["last_at"]) == ("new", "never", 0, None)
    assert (line["median_s"], line["lag_p50_ms"], line["series"], line["rejects"]) == (None, None, [], {})


def test_the_table_counts_and_times_what_came() -> None:
    """After 30 alerts a minute apart: count, median, lag quantiles, rate, last time, and the symbol's own line."""
    facts = [alert(n + 1, MONDAY + timedelta(minutes=n), lag=100.0 + n) for n in range(30)]
    last = MONDAY + timedelta(minutes=29)
    (line,) = fed([*facts, rejected(31, "malformed"), rejected(32, "malformed"), rejected(33, "truncated")]).table(last)
    assert line["count"] == 30
    assert line["last_at"] == rfc3339(last)
    assert (line["median_s"], line["threshold_s"]) == (60.0, 300.0)
    assert (line["lag_p50_ms"], line["lag_p95_ms"]) == (115.0, 128.0)
    assert line["rate_per_min"] == 1.0
    assert line["rejects"] == {"malformed": 2, "truncated": 1}
    assert line["status"] == "live"
    (series,) = line["series"]
    assert (series["symbol"], series["interval"], series["count"], series["status"]) == ("MNQ1!", "1", 30, "live")


def test_it_learns_first() -> None:
    """Twenty intervals make a rhythm; nineteen are still learning."""
    facts = [alert(n + 1, MONDAY + timedelta(minutes=n)) for n in range(21)]
    assert fed(facts[:20]).table(MONDAY)[0]["status"] == "learning"
    assert fed(facts).table(MONDAY)[0]["status"] == "live"


def test_closed_markets_show_as_closed_and_coins_never_do() -> None:
    """On Saturday a future is `closed`, a coin is not."""
    saturday = datetime(2026, 1, 17, 12, tzinfo=UTC)
    facts = [alert(1, MONDAY), alert(2, MONDAY, symbol="BTCUSDT")]
    shown = {s["symbol"]: s["status"] for s in fed(facts).table(saturday)[0]["series"]}
    assert shown == {"MNQ1!": "closed", "BTCUSDT": "learning"}


def test_intervals_count_open_market_only() -> None:
    """From Friday 15:59 to Sunday 17:01 Chicago two minutes pass on Globex."""
    friday = datetime(2026, 1, 9, 21, 59, tzinfo=UTC)
    book = fed([alert(1, friday), alert(2, datetime(2026, 1, 11, 23, 1, tzinfo=UTC))])
    assert book.table(MONDAY)[0]["median_s"] == 120.0


def test_alerts_of_one_bar_are_one_arrival() -> None:
    """Three alerts within a second do not teach a rhythm of milliseconds."""
    facts = [
        alert(3 * n + k + 1, MONDAY + timedelta(minutes=n, milliseconds=200 * k)) for n in range(25) for k in range(3)
    ]
    line = fed(facts).table(MONDAY)[0]
    assert line["count"] == 75
    assert line["median_s"] > 59


def test_a_fact_counts_once() -> None:
    """The same facts heard again, as after a restart, change nothing."""
    facts = [alert(n + 1, MONDAY + timedelta(minutes=n)) for n in range(5)]
    assert fed([*facts, *facts]).table(MONDAY) == fed(facts).table(MONDAY)


def test_tests_and_old_logs_are_no_sign_of_life() -> None:
    """A marked test alert and a backfilled one leave the figures as they were."""
    facts = [alert(1, MONDAY, test=True), alert(2, MONDAY, extra={"backfilled": True})]
    assert fed(facts, Settings("tradingview")).table(MONDAY)[0]["status"] == "never"


def test_time_without_a_server_teaches_nothing() -> None:
    """An interval that spans a restart is left out: nobody knows what came meanwhile."""
    book = fed([alert(1, MONDAY)])
    book.listening_since = MONDAY + timedelta(hours=1)
    book.observe(alert(2, MONDAY + timedelta(hours=2)))
    book.observe(alert(3, MONDAY + timedelta(hours=2, minutes=1)))
    assert book.table(MONDAY)[0]["median_s"] == 60.0


def test_one_silent_symbol_makes_its_source_silent() -> None:
    """The source's status is that of the symbol that needs a look; forged silence from outside is not believed."""
    facts = [alert(1, MONDAY), alert(2, MONDAY, symbol="BTCUSDT")]
    silence = {
        "source": "tradingview", "symbol": "BTCUSDT", "interval": "1", "state": "silent", "since": rfc3339(MONDAY),
        "until": None, "expected_every_s": 60.0, "threshold_s": 300.0, "missed": None,
    }  # fmt: skip
    assert fed([*facts, told(3, silence)]).table(MONDAY)[0]["status"] == "silent"
    forged = Fact(type="signal_gap_alert", source="x", message="", data=silence, origin="external", epoch="e", seq=3)
    assert fed([*facts, forged]).table(MONDAY)[0]["status"] == "learning"


def test_memory_is_bounded() -> None:
    """A flood of symbols, codes and alerts fills fixed rooms only; the table shows the newest symbols."""
    facts = [alert(n + 1, MONDAY + timedelta(seconds=2 * n), symbol=f"COIN{n}USDT", lag=1.0) for n in range(2000)]
    facts += [rejected(2001 + n, f"code_{n}") for n in range(200)]
    book = fed(facts)
    page = book.books["tradingview"]
    assert (len(page.series), len(page.lags), len(page.arrivals)) == (MAX_SERIES, LAGS_KEPT, ARRIVALS_KEPT)
    assert len(page.rejects) <= 51
    assert sum(page.rejects.values()) == 200
    assert len(page.whole.intervals) == cadence.INTERVALS_KEPT
    line = book.table(MONDAY + timedelta(seconds=4000))[0]
    assert len(line["series"]) == SERIES_SHOWN
    assert line["series"][0]["symbol"] == "COIN1999USDT"
