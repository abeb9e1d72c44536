"""Numbers, symbols and intervals are read as senders write them, and never guessed."""

from typing import Any

import pytest

from signals.alert.intervals import interval_of, seconds_of
from signals.alert.numbers import Ambiguous, number
from signals.alert.symbols import Symbol, symbol_of


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("25118.25", 25118.25),
        ("25,118.25", 25118.25),
        ("1,234,567", 1234567.0),
        ("1.234.567", 1234567.0),
        ("1.234,5", 1234.5),
        ("12,5", 12.5),
        ("0,123", 0.123),
        ("1234,567", 1234.567),
        ("1.234", 1.234),
        ("$271.40", 271.4),
        ("271.4 USD", 271.4),
        ("€1.234,50", 1234.5),
        ("1.25K", 1250.0),
        ("3.4M", 3.4e6),
        ("8.21e-06", 8.21e-06),
        ("-37.63", -37.63),
        ("\u221237.63", -37.63),
        ("+5", 5.0),
        (".5", 0.5),
        ("5%", 5.0),
        ("25 118,25", 25118.25),
        ("25\u00a0118.25", 25118.25),
        ("25'118.25", 25118.25),
        (7, 7.0),
        (-37.63, -37.63),
        ("NaN", None),
        ("na", None),
        ("", None),
        ("null", None),
        ("{{plot_3}}", None),
        (None, None),
        (True, None),
        (float("nan"), None),
        ("abc", None),
        ("1.2.3", None),
        ("12:30", None),
        ("1,23,456", None),
        ("--5", None),
        ("1e999", None),
    ],
)
def test_number(written: Any, value: float | None) -> None:
    """Grouping, currency, suffixes and the ways to say "none" are understood."""
    assert number(written) == value


@pytest.mark.parametrize("written", ["1,234", "25,118", "-1,234", "$1,234"])
def test_a_number_with_two_readings_is_ambiguous(written: str) -> None:
    """A lone comma before three digits groups in New York and divides in Berlin."""
    with pytest.raises(Ambiguous):
        number(written)


@pytest.mark.parametrize(
    ("written", "symbol"),
    [
        ("AAPL", Symbol("AAPL")),
        ("NASDAQ:AAPL", Symbol("AAPL", "NASDAQ")),
        ("CME_MINI:MNQ1!", Symbol("MNQ1!", "CME_MINI")),
        ("CME_MINI_DL:NQ1!", Symbol("NQ1!", "CME_MINI", True)),
        ("NSE_DLY:SBIN", Symbol("SBIN", "NSE", True)),
        ("BTCUSDT.P", Symbol("BTCUSDT.P")),
        ("CBOT:ZN1!*2-CBOT:ZF1!", Symbol("CBOT:ZN1!*2-CBOT:ZF1!")),
        ("SPY 260320C690", Symbol("SPY 260320C690")),
        ("BRK.B", Symbol("BRK.B")),
        ("1/BINANCE:BTCUSDT", Symbol("1/BINANCE:BTCUSDT")),
        ("TSE:7203", Symbol("7203", "TSE")),
        (7203, Symbol("7203")),
        ("EURUSD.r", Symbol("EURUSD.r")),
        ("nq1!", Symbol("NQ1!")),
        (" NQ1! ", Symbol("NQ1!")),
        ("M&M", Symbol("M&M")),
        ("BTC-USDT-SWAP", Symbol("BTC-USDT-SWAP")),
        ("EUR/USD", Symbol("EUR/USD")),
        ('={"symbol":"NASDAQ:AAPL","adjustment":"splits"}', Symbol("AAPL", "NASDAQ")),
        ("{{ticker}}", None),
        ("", None),
        ("na", None),
        (None, None),
        (True, None),
        (1.5, None),
        ("x" * 65, None),
        ("!!", None),
    ],
)
def test_symbol(written: Any, symbol: Symbol | None) -> None:
    """Prefixes are split off, spreads stay whole, and what can't be a symbol is none."""
    assert symbol_of(written) == symbol


@pytest.mark.parametrize(
    ("written", "interval"),
    [
        ("5", "5"),
        (5, "5"),
        (5.0, "5"),
        ("240", "240"),
        ("5m", "5"),
        ("15min", "15"),
        ("15M", "15"),
        ("1M", "M"),
        ("1m", "1"),
        ("M", "M"),
        ("3M", "3M"),
        ("1h", "60"),
        ("4H", "240"),
        ("5S", "5S"),
        ("30s", "30S"),
        ("D", "D"),
        ("1D", "D"),
        ("1d", "D"),
        ("3D", "3D"),
        ("W", "W"),
        ("1W", "W"),
        ("daily", "D"),
        ("10T", "10T"),
        ("", None),
        ("na", None),
        ("{{interval}}", None),
        ("0", None),
        ("abc", None),
        (None, None),
        (True, None),
        (-5, None),
    ],
)
def test_interval(written: Any, interval: str | None) -> None:
    """Intervals come out in TradingView's own spelling; a month is never taken for a minute."""
    assert interval_of(written) == interval


def test_seconds_of_an_interval() -> None:
    """The length of a bar is known for all but months, ticks and ranges."""
    assert [seconds_of(i) for i in ("5", "60", "30S", "D", "2W", "M", "10T", None)] == [
        300,
        3600,
        30,
        86400,
        1209600,
        None,
        None,
        None,
    ]
