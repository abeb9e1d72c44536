"""A source's own rules fill gaps, teach field names and say what identifies a delivery."""

from tests.signals.alert.reading import parsed, read, refusal, told


def test_the_query_fills_what_the_body_lacks() -> None:
    """A body wins over the query, the query over the source's defaults."""
    alert = read(
        {"side": "buy", "price": 100},
        query={"symbol": "CME_MINI:NQ1!", "price": "5", "interval": "5"},
        symbol="ES1!",
        interval="15",
    )
    assert told(alert, {"symbol": 0, "price": 0, "interval": 0}) == {"symbol": "NQ1!", "price": 100.0, "interval": "5"}


def test_an_empty_body_with_a_query_is_an_alert() -> None:
    """Placeholders may stand in the URL alone."""
    alert = read("", query={"symbol": "NQ1!", "direction": "buy", "price": "25118.25"})
    assert (alert.symbol, alert.side, alert.price, alert.kind) == ("NQ1!", "buy", 25118.25, "entry")
    assert refusal("", query={"token": "canary-9f8e7d6c"}) == "empty_body"
    assert refusal("", query={"symbol": "{{ticker}}"}) == "empty_body"


def test_the_source_fills_symbol_and_interval() -> None:
    """Defaults of the source hold for text and JSON alike."""
    assert (read("BUY @ 100", symbol="NQ1!", interval="5").symbol, read({"side": "buy"}, interval="1h").interval) == (
        "NQ1!",
        "60",
    )


def test_a_long_only_source_turns_sell_into_close() -> None:
    """Where nothing is ever sold short, a bare sell ends the position."""
    assert read({"symbol": "AAPL", "action": "sell"}).kind == "entry"
    alert = read({"symbol": "AAPL", "action": "sell"}, long_only=True)
    assert (alert.kind, alert.side, alert.intent) == ("exit", "close", "close")


def test_a_mapping_teaches_unknown_names() -> None:
    """What no rule recognises can be taught by dotted paths, lists and keys with dots included."""
    body = {"x": {"what": "NQ1!", "to do": "go up"}, "levels": [25118.25, 25100], "a.b": "short", "n": 7}
    mapping = {"symbol": "x.what", "price": "levels.0", "stop": "levels.1", "side": "a.b", "trade_ref": "n"}
    wanted = {"symbol": "NQ1!", "price": 25118.25, "stop": 25100.0, "side": "sell", "trade_ref": "7"}
    assert told(read(body, mapping=mapping), wanted) == wanted
    assert read(body).recognised is False


def test_a_mapping_that_finds_nothing_changes_nothing() -> None:
    """A wrong path is not an error; the rules still read the body."""
    assert (
        read({"symbol": "NQ1!", "side": "buy"}, mapping={"symbol": "nowhere.at.all", "nonsense": "x"}).symbol == "NQ1!"
    )


def test_an_id_is_a_key_only_where_the_source_says_so() -> None:
    """A trade's id repeats over its life, so by default it identifies nothing."""
    body = {"symbol": "NQ1!", "side": "buy", "id": "a1", "meta": {"msg": "m1"}}
    assert parsed(body).id_key is None
    assert parsed(body, id_is_key=True).id_key == "a1"
    assert parsed(body, id_is_key=True, mapping={"id": "meta.msg"}).id_key == "m1"


def test_what_is_left_over_is_kept_and_numbers_become_features() -> None:
    """Nothing a sender says is lost: unclaimed fields stay in extra, their numbers feed the model."""
    alert = read(
        {
            "symbol": "NQ1!",
            "side": "buy",
            "price": 1.5,
            "rsi": "61.2",
            "setup": {"signal_strength": 75, "family": "FVG"},
            "flag": True,
        }
    )
    assert alert.features == {"rsi": 61.2, "signal_strength": 75.0}
    assert alert.extra == {"rsi": "61.2", "setup": {"signal_strength": 75, "family": "FVG"}, "flag": True}


def test_a_delayed_feed_is_told() -> None:
    """A feed ten minutes late must be visible to whoever trades on it."""
    alert = read({"symbol": "CME_MINI_DL:NQ1!", "side": "buy"})
    assert (alert.delayed_feed, alert.exchange, alert.note_codes) == (True, "CME_MINI", ("delayed_feed",))
    assert read({"symbol": "NQ1!", "exchange": "CME_MINI_DLY", "side": "buy"}).delayed_feed


def test_an_exchange_that_repeats_the_symbol_is_none() -> None:
    """One real script sends its symbol as its exchange."""
    assert read({"symbol": "MNQ1!", "exchange": "MNQ1!", "side": "buy"}).exchange is None
