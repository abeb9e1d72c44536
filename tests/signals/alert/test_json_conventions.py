"""Each habit of those who write their own JSON is read as its author meant it."""

from typing import Any

import pytest

from tests.signals.alert.reading import read, told

Case = tuple[str, dict[str, Any], dict[str, Any]]

CASES: list[Case] = [
    ("hedge side", {"symbol": "BTCUSDT", "side": "SELL", "positionSide": "LONG"}, {"side": "close", "kind": "exit"}),
    ("action beside direction", {"symbol": "NQ1!", "action": "close", "direction": "long"}, {"side": "close"}),
    ("signed signal", {"symbol": "NQ1!", "signal": -1, "price": 25118.25}, {"side": "sell"}),
    ("flag", {"symbol": "NQ1!", "enter_long": "true", "price": 25118.25}, {"side": "buy"}),
    ("exit flag", {"symbol": "NQ1!", "exit_long": 1, "enter_long": 0}, {"side": "close"}),
    (
        "short names",
        {"s": "BTCUSDT", "b": "sell", "p": 84213, "tf": "15"},
        {"symbol": "BTCUSDT", "side": "sell", "price": 84213.0, "interval": "15"},
    ),
    (
        "camel case",
        {
            "Symbol": "NQ1!",
            "Side": "BUY",
            "entryPrice": "25118.25",
            "stopLoss": "25100",
            "takeProfit1": "25150",
            "takeProfit2": 25200,
        },
        {"price": 25118.25, "stop": 25100.0, "targets": (25150.0, 25200.0)},
    ),
    (
        "target list",
        {"symbol": "NQ1!", "side": "buy", "price": 100, "targets": [101, 102.5]},
        {"targets": (101.0, 102.5)},
    ),
    (
        "target objects",
        {"symbol": "NQ1!", "side": "buy", "price": 100, "take_profits": [{"price": 101, "qty": 1}, {"price": 102}]},
        {"targets": (101.0, 102.0)},
    ),
    ("zero levels", {"symbol": "NQ1!", "side": "buy", "price": 100, "sl": 0, "tp": 0}, {"stop": None, "targets": ()}),
    (
        "offset levels",
        {"symbol": "NQ1!", "side": "buy", "price": 25118, "sl": 30, "tp": 60},
        {"stop": None, "targets": ()},
    ),
    (
        "type is a stage, not a side",
        {"type": "ENTRY", "symbol": "NQ1!", "bias": "Bearish", "entry": 25118, "stop": 25130},
        {"kind": "entry", "side": "sell", "stop": 25130.0},
    ),
    (
        "exit event",
        {
            "type": "EXIT_STOP_LOSS",
            "signal_id": "a1",
            "exit_price": 25100,
            "entry_price": 25118,
            "final_mfe_R": 0.5,
            "exit_reason": "sl_hit",
        },
        {"kind": "exit", "side": "close", "price": 25100.0, "trade_ref": "a1", "mfe_r": 0.5, "exit_reason": "sl_hit"},
    ),
    ("exit by target", {"event": "TP_HIT", "trade_id": "a1", "price": 25150}, {"kind": "exit", "side": "close"}),
    (
        "exit by first target",
        {"event": "TP1_HIT", "trade_id": "a1", "price": 25150},
        {"kind": "exit", "intent": "reduce"},
    ),
    (
        "mfe update",
        {"type": "MFE_UPDATE", "signal_id": "a1", "current_price": 25150, "mfe": 1.5, "mae": -0.2},
        {"kind": "update", "price": 25150.0, "mfe_r": 1.5, "mae_r": -0.2, "trade_ref": "a1"},
    ),
    (
        "break even",
        {"event": "BE_TRIGGERED", "trade_id": "a1", "direction": "Bullish"},
        {"kind": "update", "side": "buy", "trade_ref": "a1"},
    ),
    (
        "trailing stop",
        {"event": "trailing_stop_update", "trade_id": "a1", "new_stop": 25110},
        {"kind": "update", "stop": 25110.0},
    ),
    (
        "heartbeat",
        {"type": "heartbeat", "symbol": "NQ1!", "tf": "1"},
        {"kind": "heartbeat", "symbol": "NQ1!", "interval": "1"},
    ),
    ("telemetry", {"type": "telemetry", "symbol": "NQ1!", "price": 25118.25}, {"kind": "update", "price": 25118.25}),
    ("setup", {"event": "setup_forming", "symbol": "NQ1!", "direction": "short"}, {"kind": "info", "side": "sell"}),
    (
        "unknown event with an order",
        {"event": "fvg_breakout", "symbol": "NQ1!", "action": "buy"},
        {"kind": "entry", "side": "buy"},
    ),
    ("test mark", {"symbol": "NQ1!", "side": "buy", "test": True}, {"test": True}),
    ("discord shape", {"content": "BUY NQ1! @ 21450.25"}, {"symbol": "NQ1!", "side": "buy", "price": 21450.25}),
    (
        "telegram shape",
        {"chat_id": 12345, "text": "SELL BTCUSDT.P at 84213"},
        {"symbol": "BTCUSDT.P", "side": "sell", "price": 84213.0},
    ),
    ("message holds JSON", {"message": '{"symbol":"NQ1!","side":"buy"}'}, {"symbol": "NQ1!", "side": "buy"}),
    (
        "placeholder names as keys",
        {"{{ticker}}": "NQ1!", "{{strategy.order.action}}": "buy"},
        {"symbol": "NQ1!", "side": "buy"},
    ),
    ("price as text with currency", {"symbol": "AAPL", "side": "buy", "price": "$271.40"}, {"price": 271.4}),
    (
        "exit by its comment",
        {"symbol": "NQ1!", "action": "sell", "comment": "Long TP"},
        {"side": "close", "kind": "exit"},
    ),
    ("progress without a stage", {"trade_id": "a1", "mfe_r": 1.5}, {"kind": "update", "side": None, "mfe_r": 1.5}),
    (
        "reversal by its word",
        {"ticker": "ES1!", "action": "reverse", "sentiment": "long"},
        {"side": "buy", "intent": "reverse"},
    ),
    ("a close of one is a price", {"ticker": "USDCUSDT", "close": 1}, {"side": None, "kind": "info", "price": 1.0}),
    (
        "signal event",
        {"event": "signal", "symbol": "NQ1!", "direction": "LONG", "price": 5},
        {"kind": "entry", "side": "buy"},
    ),
    (
        "wundertrading code",
        {"code": "ENTER-LONG_BYBIT_BTCUSDT_Bot_5M_1a2b3c4d5e6f", "orderType": "market"},
        {"symbol": "BTCUSDT", "side": "buy", "interval": "5", "exchange": "BYBIT"},
    ),
    ("private names", {"vix": 17.42}, {"symbol": None, "kind": "info", "recognised": False}),
]


@pytest.mark.parametrize(("body", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_convention(body: dict[str, Any], expected: dict[str, Any]) -> None:
    """The fields that matter come out as the convention's author meant them."""
    assert told(read(body), expected) == expected
