"""What each bot service and published strategy has its users paste is read as the service means it."""

from typing import Any

import pytest

from tests.signals.alert.reading import read, told

Case = tuple[str, dict[str, Any], dict[str, Any]]

CASES: list[Case] = [
    (
        "traderspost exit",
        {"ticker": "MNQ1!", "action": "exit", "price": "25100"},
        {"side": "close", "kind": "exit", "intent": "close", "price": 25100.0},
    ),
    (
        "traderspost sell long flat",
        {"ticker": "AAPL", "action": "sell", "sentiment": "flat"},
        {"side": "close", "kind": "exit"},
    ),
    (
        "traderspost reduces",
        {"ticker": "AAPL", "action": "sell", "sentiment": "long", "quantity": 1},
        {"side": "sell", "kind": "exit", "intent": "reduce"},
    ),
    ("traderspost cancel", {"ticker": "AAPL", "action": "cancel"}, {"side": None, "kind": "info", "recognised": True}),
    (
        "traderspost short",
        {"ticker": "AAPL", "action": "sell", "sentiment": "bearish", "price": 271.4},
        {"side": "sell", "kind": "entry", "intent": "open"},
    ),
    (
        "traderspost add short",
        {"ticker": "AAPL", "action": "add", "sentiment": "short"},
        {"side": "sell", "intent": "add"},
    ),
    (
        "traderspost percent target",
        {
            "ticker": "AAPL",
            "action": "buy",
            "price": 271.4,
            "takeProfit": {"percent": 10},
            "stopLoss": {"type": "trailing_stop", "trailPercent": 2},
        },
        {"side": "buy", "stop": None, "targets": ()},
    ),
    (
        "traderspost bracket",
        {
            "ticker": "AAPL",
            "action": "buy",
            "price": 271.4,
            "takeProfit": {"limitPrice": 280},
            "stopLoss": {"type": "stop", "stopPrice": 265},
        },
        {"stop": 265.0, "targets": (280.0,)},
    ),
    (
        "3commas enter",
        {
            "secret": "demo-secret-1",
            "max_lag": "300",
            "timestamp": "2026-03-04T14:35:01Z",
            "trigger_price": "141.62",
            "tv_exchange": "BYBIT",
            "tv_instrument": "SOLUSDT.P",
            "action": "enter_long",
            "bot_uuid": "6e0b",
        },
        {"symbol": "SOLUSDT.P", "exchange": "BYBIT", "side": "buy", "price": 141.62, "kind": "entry"},
    ),
    (
        "3commas exit short",
        {"tv_instrument": "SOLUSDT.P", "action": "exit_short", "bot_uuid": "6e0b"},
        {"side": "close", "kind": "exit"},
    ),
    (
        "3commas classic",
        {
            "message_type": "bot",
            "bot_id": 12345,
            "email_token": "abcdef-123456",
            "delay_seconds": 0,
            "pair": "USDT_BTC",
        },
        {"symbol": "USDT_BTC", "side": None},
    ),
    (
        "3commas classic close",
        {
            "action": "close_at_market_price",
            "message_type": "bot",
            "bot_id": 12345,
            "email_token": "abcdef-123456",
            "pair": "USDT_BTC",
        },
        {"symbol": "USDT_BTC", "side": "close", "kind": "exit"},
    ),
    (
        "okx enter",
        {
            "action": "ENTER_LONG",
            "instrument": "BTC-USDT-SWAP",
            "signalToken": "demo-secret-1",
            "timestamp": "2026-03-04T14:35:01Z",
            "maxLag": "60",
            "orderType": "market",
            "investmentType": "base",
            "amount": "0.1",
        },
        {"symbol": "BTC-USDT-SWAP", "side": "buy", "kind": "entry", "quantity_hint": 0.1},
    ),
    (
        "okx exit",
        {"action": "EXIT_SHORT", "instrument": "BTC-USDT-SWAP", "signalToken": "demo-secret-1"},
        {"side": "close", "kind": "exit"},
    ),
    (
        "okx strategy",
        {
            "id": "Long",
            "action": "sell",
            "marketPosition": "flat",
            "prevMarketPosition": "long",
            "instrument": "BTCUSDT.P",
            "signalToken": "demo-secret-1",
            "amount": "1",
        },
        {"symbol": "BTCUSDT.P", "side": "close", "kind": "exit", "intent": "close"},
    ),
    (
        "openalgo",
        {
            "apikey": "demo-secret-1",
            "strategy": "S",
            "symbol": "SBIN",
            "action": "BUY",
            "exchange": "NSE",
            "pricetype": "MARKET",
            "product": "MIS",
            "quantity": "1",
        },
        {"symbol": "SBIN", "side": "buy", "exchange": "NSE", "quantity_hint": 1.0},
    ),
    (
        "openalgo smart order to flat",
        {
            "apikey": "demo-secret-1",
            "strategy": "S",
            "symbol": "SBIN",
            "action": "SELL",
            "exchange": "NSE",
            "pricetype": "MARKET",
            "product": "MIS",
            "quantity": "1",
            "position_size": "0",
        },
        {"side": "close", "kind": "exit"},
    ),
    (
        "pickmytrade close",
        {
            "symbol": "MNQ1!",
            "date": "2026-03-04T14:35:01Z",
            "data": "close",
            "quantity": 0,
            "price": "25118.25",
            "token": "demo-secret-1",
        },
        {"side": "close", "kind": "exit"},
    ),
    (
        "mqtt exit",
        {
            "data": {
                "strategy-order-action": "sell",
                "strategy-order-price": "1.08345",
                "ticker": "EURUSD",
                "strategy-market_position": "flat",
                "strategy-prev_market_position": "long",
            },
            "key": "demo-secret-1",
        },
        {"symbol": "EURUSD", "side": "close", "price": 1.08345},
    ),
    (
        "mqtt heartbeat",
        {"data": {"heartbeat": True, "ticker": "EURUSD"}, "key": "demo-secret-1"},
        {"kind": "heartbeat", "symbol": "EURUSD", "side": None},
    ),
    (
        "larry entry",
        {
            "passphrase": "demo-secret-1",
            "time": "2026-03-04T14:35:00Z",
            "exchange": "NASDAQ",
            "ticker": "AAPL",
            "bar": {"open": 270, "close": 271.4},
            "strategy": {
                "position_size": 100,
                "order_action": "buy",
                "order_contracts": 100,
                "order_price": 271.4,
                "order_id": "Long",
                "market_position": "long",
                "market_position_size": 100,
                "prev_market_position": "flat",
                "prev_market_position_size": 0,
            },
        },
        {
            "symbol": "AAPL",
            "side": "buy",
            "price": 271.4,
            "intent": "open",
            "position_after": 100.0,
            "quantity_hint": 100.0,
        },
    ),
    (
        "larry flat",
        {
            "ticker": "AAPL",
            "strategy": {
                "order_action": "sell",
                "order_price": 271.4,
                "market_position": "flat",
                "market_position_size": 0,
                "prev_market_position": "long",
            },
        },
        {"side": "close", "intent": "close", "position_after": 0.0},
    ),
    (
        "bar close as price",
        {"ticker": "AAPL", "action": "buy", "bar": {"open": 270, "high": 272, "low": 269, "close": 271.4}},
        {"price": 271.4},
    ),
    (
        "multi-tp exit",
        {"use_bybit": "1", "coin_pair": "BTCUSDT", "position": "Exit Long", "comment": ""},
        {"symbol": "BTCUSDT", "side": "close"},
    ),
    (
        "multi-tp short",
        {"coin_pair": "BTCUSDT", "position": "Enter Short", "tp_1_percent": "0.10"},
        {"side": "sell", "targets": ()},
    ),
    (
        "fill pyramid",
        {
            "action": "buy",
            "ticker": "MNQ1!",
            "position_size_after": "2",
            "market_position": "long",
            "prev_market_position": "long",
            "prev_market_position_size": "1",
        },
        {"side": "buy", "kind": "entry", "intent": "add"},
    ),
    (
        "fill partial exit",
        {
            "action": "sell",
            "ticker": "MNQ1!",
            "market_position": "long",
            "market_position_size": "1",
            "prev_market_position": "long",
            "prev_market_position_size": "2",
        },
        {"side": "sell", "kind": "exit", "intent": "reduce", "position_after": 1.0},
    ),
    (
        "fill reversal",
        {
            "action": "buy",
            "ticker": "MNQ1!",
            "market_position": "long",
            "market_position_size": "1",
            "prev_market_position": "short",
            "prev_market_position_size": "1",
        },
        {"side": "buy", "kind": "entry", "intent": "reverse"},
    ),
    (
        "fill close",
        {
            "action": "buy",
            "ticker": "MNQ1!",
            "market_position": "flat",
            "market_position_size": "0",
            "prev_market_position": "short",
        },
        {"side": "close", "intent": "close"},
    ),
    (
        "fill size zero",
        {"action": "sell", "ticker": "MNQ1!", "contracts": "1", "position_size": "0", "price": "25158.25"},
        {"side": "close", "price": 25158.25},
    ),
    (
        "fill short by size",
        {"action": "sell", "ticker": "MNQ1!", "position_size": "-1"},
        {"side": "sell", "intent": "open", "position_after": -1.0},
    ),
    (
        "fill named close",
        {"action": "sell", "ticker": "MNQ1!", "order_id": "Close entry(s) order Long"},
        {"side": "close", "kind": "exit"},
    ),
]


@pytest.mark.parametrize(("body", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_convention(body: dict[str, Any], expected: dict[str, Any]) -> None:
    """The fields that matter come out as the convention's author meant them."""
    assert told(read(body), expected) == expected
