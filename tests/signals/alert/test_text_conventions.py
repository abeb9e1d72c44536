"""Each text convention is read as its author meant it, and prose without an order stays harmless."""

from typing import Any

import pytest

from tests.signals.alert.reading import parsed, read, told

CASES: list[tuple[str, dict[str, Any]]] = [
    ("BUY NQ1! @ 21450.25", {"symbol": "NQ1!", "side": "buy", "price": 21450.25, "kind": "entry"}),
    ("buy nq1! 21450.25", {"symbol": "NQ1!", "side": "buy", "price": 21450.25}),
    ("BUY AAPL", {"symbol": "AAPL", "side": "buy", "price": None}),
    ("AAPL BUY 271.40", {"symbol": "AAPL", "side": "buy", "price": 271.4}),
    ("SELL NASDAQ:AAPL at 271.40", {"symbol": "AAPL", "exchange": "NASDAQ", "side": "sell", "price": 271.4}),
    (
        "LONG BTCUSDT.P Entry: 84213 SL: 83000 TP1: 85000 TP2: 86000",
        {"symbol": "BTCUSDT.P", "side": "buy", "price": 84213.0, "stop": 83000.0, "targets": (85000.0, 86000.0)},
    ),
    (
        "\U0001f680 LONG BTCUSDT.P\nEntry: 84,213.50\nSL: 83000\nTP1: 85000\nTP2: 86000",
        {"symbol": "BTCUSDT.P", "side": "buy", "price": 84213.5, "stop": 83000.0, "targets": (85000.0, 86000.0)},
    ),
    (
        "Long entry on MNQ1! at 25118.25, SL 25098, TP 25158",
        {"symbol": "MNQ1!", "side": "buy", "price": 25118.25, "stop": 25098.0, "targets": (25158.0,)},
    ),
    ("MNQ1! 5m BUY", {"symbol": "MNQ1!", "side": "buy", "interval": "5"}),
    ("MNQ1!, 5: BUY @ 25118.25", {"symbol": "MNQ1!", "side": "buy", "interval": "5", "price": 25118.25}),
    ("MNQ1! Crossing 25,118.25", {"symbol": "MNQ1!", "side": None, "price": 25118.25, "kind": "info"}),
    ("AAPL Crossing Up 271.4", {"symbol": "AAPL", "side": None, "price": 271.4}),
    ("EURUSD Greater Than 1.0835", {"symbol": "EURUSD", "side": None, "price": 1.0835}),
    ("BATS:AAPL, price = 271.4", {"symbol": "AAPL", "price": 271.4, "side": None}),
    ("CLOSE MNQ1!", {"symbol": "MNQ1!", "side": "close", "kind": "exit"}),
    ("Close long MNQ1! @ 25158.25", {"symbol": "MNQ1!", "side": "close", "price": 25158.25}),
    ("EXIT LONG NQ1! 25158.25", {"symbol": "NQ1!", "side": "close", "price": 25158.25}),
    ("Exit Short", {"side": "close", "symbol": None}),
    ("Flatten all MNQ1!", {"side": "close", "symbol": "MNQ1!"}),
    ("Stop loss hit NQ1! 25098.25", {"side": "close", "symbol": "NQ1!", "kind": "exit"}),
    (
        "TP1 hit on NQ1! at 25158.25",
        {"side": "close", "symbol": "NQ1!", "kind": "exit", "intent": "reduce", "price": 25158.25},
    ),
    ("buy 2 MNQ1! @ 25118.25", {"side": "buy", "quantity_hint": 2.0, "price": 25118.25}),
    ("sell -1 MNQ1! @ 25118.25", {"side": "sell", "kind": "entry", "price": 25118.25, "position_after": -1.0}),
    ("buy 0 MNQ1! @ 25118.25", {"side": "close", "price": 25118.25}),
    ("BUY|MNQ1!|25118.25|5", {"side": "buy", "symbol": "MNQ1!", "price": 25118.25}),
    ("BUY,MNQ1!,25118.25", {"side": "buy", "symbol": "MNQ1!", "price": 25118.25}),
    ("MNQ1!;SELL;25118.25", {"side": "sell", "symbol": "MNQ1!", "price": 25118.25}),
    ("BUY\nMNQ1!\n25118.25", {"side": "buy", "symbol": "MNQ1!", "price": 25118.25}),
    (
        "My Strat (14, close): order buy @ 2 filled on MNQ1!. New strategy position is 2",
        {
            "symbol": "MNQ1!",
            "side": "buy",
            "price": None,
            "quantity_hint": 2.0,
            "intent": "open",
            "position_after": 2.0,
        },
    ),
    (
        "My Strat: order sell @ 2 filled on MNQ1!. New strategy position is 0",
        {"side": "close", "kind": "exit", "price": None},
    ),
    (
        "My Strat: order sell @ 4 filled on MNQ1!. New strategy position is -2",
        {"side": "sell", "intent": "reverse", "position_after": -2.0},
    ),
    (
        "My Strat: order sell @ 1 filled on MNQ1!. New strategy position is 1",
        {"side": "sell", "kind": "exit", "intent": "reduce"},
    ),
    (
        "My Strat: order buy @ 1 filled on BTCUSDT.P. New strategy position is 3",
        {"symbol": "BTCUSDT.P", "side": "buy", "intent": "add"},
    ),
    (
        "6012345678901,buy,EURUSD,risk=1,sl=1.0800,tp=1.0900",
        {"symbol": "EURUSD", "side": "buy", "price": None, "kind": "entry"},
    ),
    ("6012345678901,sell,US100,risk=1,sl=30,tp=60", {"symbol": "US100", "side": "sell", "stop": None, "targets": ()}),
    ("6012345678901,closelong,EURUSD", {"side": "close", "kind": "exit"}),
    ("6012345678901,closelongsell,EURUSD", {"side": "sell", "intent": "reverse", "kind": "entry"}),
    ("6012345678901,newsltplong,EURUSD,sl=1.08,tp=1.09", {"kind": "update", "symbol": "EURUSD"}),
    ("6012345678901,cancellong,EURUSD", {"kind": "info", "side": None, "recognised": True}),
    ("6012345678901,selllimit,EURUSD,price=1.0900,sl=1.0950", {"side": "sell", "price": 1.09, "stop": 1.095}),
    ("e=bybit s=BTCUSDT c=position b=long t=market", {"symbol": "BTCUSDT", "side": "close", "kind": "exit"}),
    ("e=bybit s=BTCUSDT b=short q=1 p=84213", {"side": "sell", "price": 84213.0, "quantity_hint": 1.0}),
    (
        "ENTER-LONG_BINANCE_BTCUSDT_My-Bot_5M_a4a9b8ad4f58",
        {"symbol": "BTCUSDT", "exchange": "BINANCE", "side": "buy", "interval": "5"},
    ),
    ("ENTER-SHORT_BINANCE_BTCUSDT_My_Bot_1H_a4a9b8ad4f58", {"side": "sell", "interval": "60"}),
    ("EXIT-ALL_BINANCE_BTCUSDT_My-Bot_1M_a4a9b8ad4f58", {"side": "close", "kind": "exit", "interval": "1"}),
    (
        "key=demo-secret-1;command=PLACE;account=Sim1;instrument=ES 12-26;action=BUY;qty=1;order_type=MARKET;tif=DAY;",
        {"symbol": "ES 12-26", "side": "buy", "quantity_hint": 1.0},
    ),
    (
        "key=demo-secret-1\ncommand=closeposition\naccount=Sim101\ninstrument=MNQ1!",
        {"symbol": "MNQ1!", "side": "close", "kind": "exit"},
    ),
    (
        "symbol=NQ1!\nside=buy\nprice=25118.25\nstop=25100\n",
        {"symbol": "NQ1!", "side": "buy", "price": 25118.25, "stop": 25100.0},
    ),
    (
        "symbol=NQ1!, side=sell, price=25,118.25, tf=5",
        {"symbol": "NQ1!", "side": "sell", "price": 25118.25, "interval": "5"},
    ),
    ("symbol=NQ1!&side=buy&price=25118.25", {"symbol": "NQ1!", "side": "buy", "price": 25118.25}),
    ("symbol=NQ1%21&side=buy&note=a%20b", {"symbol": "NQ1!", "side": "buy"}),
    (
        "symbol: NQ1!\nside: buy\nprice: 25118.25\ninterval: 15",
        {"symbol": "NQ1!", "side": "buy", "price": 25118.25, "interval": "15"},
    ),
    (
        'order:\n  symbol: "NQ1!"\n  action: sell\n  price: 25118.25\n',
        {"symbol": "NQ1!", "side": "sell", "price": 25118.25},
    ),
    (
        "Symbol: BINANCE:BTCUSDT\nSignal: Buy\nStop Loss: 83000\nTake Profit 1: 85000\nPrice: 84213",
        {"symbol": "BTCUSDT", "exchange": "BINANCE", "side": "buy", "stop": 83000.0, "targets": (85000.0,)},
    ),
    (
        "Ticker: AAPL | Action: SELL | Price: 271.4 | TF: 5",
        {"symbol": "AAPL", "side": "sell", "price": 271.4, "interval": "5"},
    ),
    (
        "SMC|v1|event=entry|symbol=EURUSD|tf=15|dir=short|price=1.08350",
        {"kind": "entry", "side": "sell", "interval": "15"},
    ),
    ("SMC|v1|event=heartbeat|symbol=EURUSD|tf=15", {"kind": "heartbeat", "symbol": "EURUSD"}),
    ("heartbeat NQ1! 5m", {"kind": "heartbeat", "symbol": "NQ1!"}),
    ("ping", {"kind": "heartbeat"}),
    ("MFE update NQ1! MFE 1.25 MAE 0.3", {"kind": "update", "symbol": "NQ1!", "mfe_r": 1.25, "mae_r": 0.3}),
    ("SELL to close MNQ1! @ 25158.25", {"side": "close", "price": 25158.25}),
    ("Buy signal on $TSLA price 402.5", {"symbol": "TSLA", "side": "buy", "price": 402.5}),
    ("RSI crossed below 30", {"side": None, "kind": "info"}),
    ("Good morning, markets are quiet today", {"side": None, "kind": "info", "recognised": False}),
    ("Watch NQ1! for a possible long", {"kind": "info", "symbol": "NQ1!"}),
    ("Do not buy NQ1!", {"side": None}),
    ("BUY or SELL NQ1!?", {"side": None}),
    ("AAPL short squeeze, buy @ 221", {"side": None, "kind": "info"}),
    ("AAPL long term resistance 223", {"side": None, "kind": "info"}),
    ("NQ1!, 1D: Sell signal", {"symbol": "NQ1!", "side": "sell", "interval": "D"}),
    (
        "Alert: Long NQ1! 5m @ 25118.25 | SL: 25098.25 | TP: 25158.25",
        {"symbol": "NQ1!", "side": "buy", "price": 25118.25, "interval": "5", "stop": 25098.25, "targets": (25158.25,)},
    ),
    ("UPDATE|NQ1!|MFE=1.2R|MAE=-0.3R", {"kind": "update", "mfe_r": 1.2, "mae_r": -0.3}),
    ("BE_TRIGGERED id=77", {"kind": "update", "trade_ref": "77"}),
    ("EXIT_STOP id=77 price=25098.25", {"kind": "exit", "side": "close", "trade_ref": "77", "price": 25098.25}),
    ("NQ1! SL moved to 25110", {"kind": "update", "stop": 25110.0}),
    ("Take Profit 2 reached MNQ1! 25160", {"kind": "exit", "intent": "reduce", "price": 25160.0}),
    ("Bullish divergence on NQ1!", {"kind": "info", "side": None, "symbol": "NQ1!"}),
    ("Close above VWAP on NQ1!", {"kind": "info", "side": None, "symbol": "NQ1!"}),
    ("NVDA breakout above 130.5", {"kind": "info", "side": None, "symbol": "NVDA", "price": 130.5}),
    ("NQ1! 25118.25 BUY", {"symbol": "NQ1!", "side": "buy", "price": 25118.25, "quantity_hint": None}),
    (
        "symbol: NQ1!\ndirection: long\nentry: 25118.25\ntargets: [25158.25, 25198.25]",
        {"symbol": "NQ1!", "side": "buy", "targets": (25158.25, 25198.25)},
    ),
    ("BUY {{ticker}} @ {{close}}", {"side": "buy", "symbol": None, "price": None}),
]


@pytest.mark.parametrize(("body", "expected"), CASES, ids=[case[0][:40] for case in CASES])
def test_convention(body: str, expected: dict[str, Any]) -> None:
    """The fields that matter come out as the convention's author meant them."""
    assert told(read(body), expected) == expected


def test_lines_that_are_each_an_alert_make_a_batch() -> None:
    """Two complete orders in one text are two alerts, in their order."""
    first, second = parsed("BUY NQ1! @ 21450.25\nSELL ES1! @ 6912.75").alerts
    assert (first.symbol, first.side, second.symbol, second.side) == ("NQ1!", "buy", "ES1!", "sell")


def test_autoview_lines_close_then_open() -> None:
    """Autoview's usual pair of commands is an exit followed by an entry."""
    alerts = parsed("e=bybit s=BTCUSDT c=position b=short t=market\ne=bybit s=BTCUSDT b=long q=10% t=market").alerts
    assert [a.side for a in alerts] == ["close", "buy"]


def test_unrecognised_text_is_kept_word_for_word() -> None:
    """What no rule understands is stored as it came and marked, never refused."""
    found = parsed("The quick brown fox")
    assert found.redacted == "The quick brown fox"
    assert found.alerts[0].note_codes == ("unrecognised",)


def test_a_yaml_list_is_a_batch() -> None:
    """Each item of a list is an alert of its own."""
    alerts = parsed("- symbol: NQ1!\n  side: buy\n- symbol: ES1!\n  side: sell").alerts
    assert [(a.symbol, a.side) for a in alerts] == [("NQ1!", "buy"), ("ES1!", "sell")]
