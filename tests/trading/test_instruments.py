"""A symbol as TradingView writes it becomes the right tick, money per tick, currency and hours."""

from decimal import Decimal as D

import pytest

from trading.contracts import CONTRACTS
from trading.instruments import instrument, round_price, round_quantity


@pytest.mark.parametrize(
    ("symbol", "tick", "tick_value", "point"),
    [
        ("NQ1!", "0.25", "5", "20"),
        ("CME_MINI:MNQ1!", "0.25", "0.50", "2"),
        ("ESH2026", "0.25", "12.50", "50"),
        ("MESM2026", "0.25", "1.25", "5"),
        ("YM1!", "1", "5", "5"),
        ("CBOT_MINI_DL:MYM1!", "1", "0.5", "0.5"),
        ("RTYZ2025", "0.1", "5", "50"),
        ("M2K1!", "0.1", "0.5", "5"),
        ("CL1!", "0.01", "10", "1000"),
        ("MCLF26", "0.01", "1", "100"),
        ("GC2!", "0.1", "10", "100"),
        ("MGC1!", "0.1", "1", "10"),
        ("SI1!", "0.005", "25", "5000"),
        ("HG1!", "0.0005", "12.5", "25000"),
        ("NG1!", "0.001", "10", "10000"),
        ("ZN1!", "0.015625", "15.625", "1000"),
        ("ZBU5", "0.03125", "31.25", "1000"),
        ("ZF1!", "0.0078125", "7.8125", "1000"),
        ("ZT1!", "0.00390625", "7.8125", "2000"),
        ("6E1!", "0.00005", "6.25", "125000"),
        ("6BH2026", "0.0001", "6.25", "62500"),
        ("6J1!", "0.0000005", "6.25", "12500000"),
        ("CME:BTC1!", "5", "25", "5"),
        ("MBT1!", "5", "0.5", "0.1"),
        ("NQZ25", "0.25", "5", "20"),
        ("NQ", "0.25", "5", "20"),
    ],
)
def test_futures_carry_their_contract(symbol: str, tick: str, tick_value: str, point: str) -> None:
    """Continuous, month-coded, prefixed and bare roots all give the contract's own tick and money."""
    found = instrument(symbol)
    assert (found.tick_size, found.tick_value(100), found.point_value) == (D(tick), D(tick_value), D(point))
    assert (found.kind, found.known, found.lot, found.calendar) == ("future", True, 1, "cme")


def test_every_contract_is_whole() -> None:
    """Each row of the table has a positive tick and point value and a default stop on the tick grid."""
    for contract in CONTRACTS.values():
        found = instrument(f"{contract.root}1!")
        assert found.root == contract.root
        assert found.tick_size > 0
        assert found.point_value > 0
        assert found.stop_distance(100) % found.tick_size == 0


@pytest.mark.parametrize(
    ("symbol", "exchange", "kind", "root", "currency", "calendar"),
    [
        ("AAPL", None, "share", "AAPL", "USD", "us_equity"),
        ("BATS:AAPL", None, "share", "AAPL", "USD", "us_equity"),
        ("BRK.B", "NYSE", "share", "BRK.B", "USD", "us_equity"),
        ("CL", "NYSE", "share", "CL", "USD", "us_equity"),
        ("CL", None, "future", "CL", "USD", "cme"),
        ("BTC", None, "crypto", "BTCUSD", "USD", "crypto"),
        ("BTCUSDT.P", "BINANCE", "crypto", "BTCUSDT", "USDT", "crypto"),
        ("XBTUSD", None, "crypto", "XBTUSD", "USD", "crypto"),
        ("ETHBTC", None, "crypto", "ETHBTC", "BTC", "crypto"),
        ("BTC-PERP", None, "crypto", "BTCUSD", "USD", "crypto"),
        ("1000PEPEUSDT.P", None, "crypto", "1000PEPEUSDT", "USDT", "crypto"),
        ("BTC-USD", None, "crypto", "BTCUSD", "USD", "crypto"),
        ("EURUSD", "OANDA", "forex", "EURUSD", "USD", "fx"),
        ("EUR/USD", None, "forex", "EURUSD", "USD", "fx"),
        ("USDJPY", None, "forex", "USDJPY", "JPY", "fx"),
        ("XAUUSD", None, "forex", "XAUUSD", "USD", "fx"),
        ("SPY 260320C690", None, "option", "SPY 260320C690", "USD", "us_equity"),
        ("FDAX1!", "EUREX", "future", "FDAX", "EUR", "always"),
    ],
)
def test_other_markets(symbol: str, exchange: str | None, kind: str, root: str, currency: str, calendar: str) -> None:
    """Shares, coins, currencies and options are told apart, by the exchange where the name alone would mislead."""
    found = instrument(symbol, exchange)
    assert (found.kind, found.root, found.currency, found.calendar) == (kind, root, currency, calendar)
    assert found.known


@pytest.mark.parametrize(
    "symbol",
    ["MNQ1!-MES1!", "NASDAQ:AAPL/NASDAQ:MSFT", "1/EURUSD", "NQ1!*2", "SPX", "NAS100USD", "LSE:VOD", "", "??", "QQX1!"],
)
def test_what_we_do_not_know_says_so(symbol: str) -> None:
    """A spread, an index or a stranger gets a stated default (0.01, $1 a point, whole lots) and known=False."""
    found = instrument(symbol)
    assert not found.known
    assert (found.tick_size, found.point_value, found.lot, found.currency) == (D("0.01"), 1, 1, "USD")
    assert found.calendar == "always"


def test_a_coin_s_tick_follows_its_price() -> None:
    """84,213 trades in tenths and 8.21e-06 in hundred-billionths: six significant digits at any price."""
    coin = instrument("BTCUSDT.P")
    assert coin.tick_at(84213) == D("0.1")
    assert coin.tick_at(141.62) == D("0.001")
    assert coin.tick_at(8.21e-06) == D("1E-11")
    assert round_price(coin, 8.21e-06) == D("0.00000821")
    assert coin.lot == D("0.00001")


def test_a_penny_share_trades_in_hundredths_of_a_cent() -> None:
    """Below one dollar a US share's tick is 0.0001 (Regulation NMS, rule 612)."""
    assert instrument("NASDAQ:ABCD").tick_at(0.5) == D("0.0001")
    assert instrument("NASDAQ:ABCD").tick_at(1) == D("0.01")


def test_prices_round_to_the_tick_and_quantities_down_to_the_lot() -> None:
    """A stop lies on the grid in the asked direction; 1.9 contracts are 1; a nonsense quantity is refused."""
    nq = instrument("NQ1!")
    assert round_price(nq, 21450.30) == D("21450.25")
    assert round_price(nq, 21450.30, "up") == D("21450.50")
    assert round_price(nq, 21450.45, "down") == D("21450.25")
    assert round_quantity(nq, 1.9) == 1
    assert round_quantity(instrument("BTCUSD"), 0.123456789) == D("0.12345")
    for nonsense in (-1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="finite"):
            round_quantity(nq, nonsense)


def test_a_missing_stop_has_a_default() -> None:
    """NQ's default is 90 points, so half a percent of 50,000 buys 0 NQ and 1 MNQ; a share's is 0.5 % of its price."""
    risk = D(50_000) * D("0.005")
    sizes = {
        symbol: risk // (instrument(symbol).stop_distance(21450) * instrument(symbol).point_value)
        for symbol in ("NQ1!", "MNQ1!")
    }
    assert sizes == {"NQ1!": 0, "MNQ1!": 1}
    assert instrument("AAPL").stop_distance(271.43) == D("1.36")
