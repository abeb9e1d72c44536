"""What a template breaks is mended where one meaning is left, and every repair is named."""

from typing import Any

import pytest

from tests.signals.alert.reading import parsed, read, refusal, told

GOOD: dict[str, Any] = {"symbol": "NQ1!", "side": "buy", "price": 25118.25}
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("trailing_comma", '{"symbol":"NQ1!","side":"buy","price":25118.25,}', GOOD),
    ("extra_comma", '{"symbol":"NQ1!",,"side":"buy","price":25118.25}', GOOD),
    ("missing_comma", '{"symbol":"NQ1!"\n"side":"buy"\n"price":25118.25}', GOOD),
    ("missing_comma", '{"symbol":"NQ1!" "side":"buy", "price":25118.25}', GOOD),
    ("missing_number", '{"symbol":"NQ1!","side":"buy","price":25118.25,"atr":NaN}', GOOD),
    ("missing_number", '{"symbol":"NQ1!","side":"buy","price":25118.25,"stop":-Infinity}', GOOD | {"stop": None}),
    ("missing_number", '{"symbol":"NQ1!","side":"buy","price":25118.25,"stop":na}', GOOD | {"stop": None}),
    (
        "empty_value",
        '{"symbol":"NQ1!","side":"buy","price":25118.25,"stop":,"tp":}',
        GOOD | {"stop": None, "targets": ()},
    ),
    ("unquoted_value", '{"symbol":NQ1!,"side":buy,"price":25118.25}', GOOD),
    ("unquoted_value", '{"symbol":"NQ1!","side":"buy","price":25118.25,"interval":1D}', GOOD | {"interval": "D"}),
    ("unquoted_value", '{"symbol":CME_MINI:NQ1!,"side":"buy","price":25118.25}', GOOD | {"exchange": "CME_MINI"}),
    (
        "unquoted_value",
        '{"symbol":"NQ1!","side":"buy","price":25118.25,"time":2026-03-04T14:35:00Z}',
        GOOD | {"lag_ms": 2000.0},
    ),
    ("single_quotes", "{'symbol':'NQ1!','side':'buy','price':25118.25}", GOOD),
    ("smart_quotes", "{“symbol”:“NQ1!”,“side”:“buy”,“price”:25118.25}", GOOD),
    ("smart_quotes", '{“symbol”:"NQ1!","side“:”buy”,"price":25118.25}', GOOD),
    ("unquoted_key", '{symbol:"NQ1!",side:"buy",price:25118.25}', GOOD),
    ("equals_sign", "{symbol=NQ1!, side=buy, price=25118.25}", GOOD),
    ("raw_newline", '{"symbol":"NQ1!","side":"buy","price":25118.25,"comment":"line one\nline two"}', GOOD),
    ("control_character", '{"symbol":"NQ1!","side":"buy","price":25118.25,"comment":"a\tb"}', GOOD),
    ("unescaped_quotes", '{"symbol":"NQ1!","side":"buy","price":25118.25,"comment":"the "big" one"}', GOOD),
    ("unescaped_quotes", '{"symbol":"NQ1!","comment":"a "b", c","side":"buy","price":25118.25}', GOOD),
    ("bad_escape", '{"symbol":"NQ1\\!","side":"buy","price":25118.25}', {"side": "buy", "price": 25118.25}),
    ("bad_escape", '{\\"symbol\\":\\"NQ1!\\",\\"side\\":\\"buy\\",\\"price\\":25118.25}', GOOD),
    (
        "html_entities",
        "{&quot;symbol&quot;:&quot;NQ1!&quot;,&quot;side&quot;:&quot;buy&quot;,&quot;price&quot;:25118.25}",
        GOOD,
    ),
    ("double_encoded", '"{\\"symbol\\":\\"NQ1!\\",\\"side\\":\\"buy\\",\\"price\\":25118.25}"', GOOD),
    (
        "python_literal",
        '{"symbol":"NQ1!","side":"buy","price":25118.25,"test":True,"stop":None}',
        GOOD | {"test": True},
    ),
    ("comment", '{"symbol":"NQ1!", // the future\n"side":"buy","price":25118.25}', GOOD),
    ("grouped_number", '{"symbol":"NQ1!","side":"buy","price":25,118.25}', GOOD),
    (
        "grouped_number",
        '{"symbol":"NQ1!","side":"buy","price":25118.25,"time":1,772,634,900,000}',
        GOOD | {"lag_ms": 2000.0},
    ),
    ("placeholder", '{"symbol":"NQ1!","side":"buy","price":25118.25,"rsi":{{plot_3}}}', GOOD),
    ("placeholder", '{"symbol":"NQ1!","side":"buy","price":25118.25,"rsi":"{{plot("RSI")}}"}', GOOD),
    ("text_around", 'NQ long {"symbol":"NQ1!","side":"buy","price":25118.25}', GOOD),
    ("text_around", '```json\n{"symbol":"NQ1!","side":"buy","price":25118.25}\n```', GOOD),
    ("text_around", '{"symbol":"NQ1!","side":"buy","price":25118.25} sent by my script', GOOD),
    ("text_around", '{"symbol":"NQ1!","side":"buy","price":25118.25}}', GOOD),
    ("text_around", 'Alert: {symbol: "NQ1!", side: "buy", price: 25118.25}', GOOD),
    ("several_objects", '{"symbol":"NQ1!","side":"buy","price":25118.25}{"symbol":"ES1!","side":"sell"}', GOOD),
    ("several_objects", '{"symbol":"NQ1!","side":"buy","price":25118.25}\n{"symbol":"ES1!","side":"sell"}\n', GOOD),
    ("text_around", 'BUY NQ1! @ 25118.25 {"rsi":61.2}', GOOD),
    ("loose_json", '{"symbol":"NQ1!";"side":"buy";"price":+25118.25}', GOOD),
    ("loose_json", '{"symbol":"NQ1!","side":"buy","price":25118.25},', GOOD),
    ("bom", '\ufeff{"symbol":"NQ1!","side":"buy","price":25118.25}', GOOD),
    ("invisible_characters", '{\u00a0"symbol":\u00a0"NQ1!",\u200b"side":"buy","price":25118.25}', GOOD),
    ("invisible_characters", '{"symbol":"NQ\u200b1!","si\u200bde":"buy\u00a0","price":"25118.25\u202f"}', GOOD),
]


@pytest.mark.parametrize(("code", "body", "expected"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)])
def test_repair(code: str, body: str, expected: dict[str, Any]) -> None:
    """A broken body yields what its author meant, and the repair is recorded."""
    found = parsed(body)
    assert code in found.repairs
    assert told(found.alerts[0], expected) == expected


def test_a_body_in_utf16_is_read_by_its_byte_order_mark() -> None:
    """Some senders on Windows write UTF-16."""
    found = parsed('{"symbol":"NQ1!","side":"buy"}'.encode("utf-16"))
    assert found.repairs == ("utf16",)
    assert found.alerts[0].symbol == "NQ1!"


def test_a_whole_body_needs_no_repair() -> None:
    """Valid JSON and plain text are not marked as repaired."""
    assert parsed('{"symbol":"NQ1!","side":"buy","price":25118.25}').repairs == ()
    assert parsed("BUY NQ1! @ 25118.25").repairs == ()


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("empty_body", ""),
        ("empty_body", " \r\n\t "),
        ("empty_body", "\ufeff\u200b"),
        ("empty_object", "{}"),
        ("empty_object", "[]"),
        ("empty_object", "[{}]"),
        ("empty_object", '{"symbol":null,"side":""}'),
        ("scalar_without_meaning", "null"),
        ("scalar_without_meaning", "true"),
        ("scalar_without_meaning", "25118.25"),
        ("scalar_without_meaning", "NaN"),
        ("scalar_without_meaning", "[null]"),
        ("empty_body", '""'),
        ("truncated", '{"symbol":"NQ1!","side":"bu'),
        ("truncated", '{"symbol":"NQ1!","side":"buy"'),
        ("truncated", '{"symbol":"NQ1!","side":'),
        ("truncated", '{"symbol":"NQ1!","side":buy'),
        ("truncated", '{"symbol":"NQ1!","price":2511'),
        ("truncated", '{"symbol":"NQ1!",'),
        ("truncated", '{"symbol"'),
        ("truncated", "{"),
        ("truncated", '[{"symbol":"NQ1!","side":"buy"},{"symb'),
        ("truncated", 'NQ long {"symbol":"NQ1!","side":"bu'),
        ("malformed", '{"symbol" "NQ1!"}'),
        ("malformed", '{"symbol":"NQ1!"},"side":"buy"}'),
        ("too_deep", '{"a":' * 9 + "1" + "}" * 9),
        ("too_deep", "[" * 30000 + "]" * 30000),
        ("too_deep", '{"a":' * 9 + "1," + "}" * 9),
        ("too_many_keys", "{" + ",".join(f'"k{i}":{i}' for i in range(201)) + "}"),
        ("too_many_keys", "{" + ",".join(f"k{i}:{i}" for i in range(201)) + "}"),
        ("string_too_long", '{"symbol":"NQ1!","comment":"' + "x" * 4097 + '"}'),
        ("string_too_long", "x" * 5000),
        ("integer_too_large", '{"symbol":"NQ1!","side":"buy","id":18446744073709551616}'),
        ("integer_too_large", '{"symbol":"NQ1!","side":"buy","id":' + "9" * 5000 + "}"),
        ("number_out_of_range", '{"symbol":"NQ1!","side":"buy","price":1e400}'),
        ("lone_surrogate", '{"symbol":"NQ1!","comment":"\\ud83d"}'),
        ("lone_surrogate", b'{"symbol":"NQ1!","comment":"\xed\xa0\xbd"}'),
        ("bad_encoding", b'{"symbol":"NQ1!","comment":"\xff"}'),
        ("nul_character", b'{"symbol":"NQ1!\x00"}'),
        ("nul_character", '{"symbol":"NQ1!\\u0000"}'),
        ("body_too_large", '{"symbol":"NQ1!"}' + " " * 65536),
        ("duplicate_keys_disagree", '{"symbol":"NQ1!","side":"buy","side":"sell"}'),
        ("duplicate_keys_disagree", '{"symbol":"NQ1!","side":"buy","side":"sell",}'),
        ("duplicate_keys_disagree", '{"symbol":"NQ1!","o":{"side":"buy","side":"sell"}}'),
        ("duplicate_keys_disagree", '{"Symbol":"NQ1!","symbol":"ES1!","side":"buy"}'),
        ("duplicate_keys_disagree", "symbol=NQ1!\nside=buy\nside=sell"),
        ("sides_disagree", '{"symbol":"NQ1!","side":"buy","action":"sell"}'),
        ("ambiguous_number", '{"symbol":"NQ1!","side":"buy","price":"1,234"}'),
        ("ambiguous_number", '{"symbol":"NQ1!","side":"buy","price":25,118}'),
        ("ambiguous_number", '{"symbol":"NQ1!","side":"buy","price":100,"stop":"1,234"}'),
        ("ambiguous_number", "BUY NQ1! @ 21,450"),
        (
            "placeholders_unsubstituted",
            '{"ticker":"{{ticker}}","action":"{{strategy.order.action}}","secret":"demo-secret-1"}',
        ),
        ("placeholders_unsubstituted", "{{ticker}} {{strategy.order.action}} @ {{close}}"),
        ("placeholders_unsubstituted", '{"ticker":{{ticker}},"price":{{close}}}'),
    ],
    ids=lambda value: (value if isinstance(value, str) else repr(value))[:40],
)
def test_refusal(code: str, body: str | bytes) -> None:
    """A body without a certain meaning is refused with the code that says why."""
    assert refusal(body) == code


def test_duplicates_that_agree_are_fine() -> None:
    """The same field with the same value twice leaves one meaning."""
    assert read('{"symbol":"NQ1!","side":"buy","side":"buy"}').side == "buy"


def test_the_largest_allowed_is_accepted() -> None:
    """Limits refuse what lies beyond them, not what reaches them."""
    assert refusal('{"side":"buy","a":' + '{"a":' * 7 + "1" + "}" * 8) == "accepted"
    assert refusal("{" + ",".join(f'"k{i}":{i}' for i in range(199)) + ',"side":"buy"}') == "accepted"
    assert refusal('{"side":"buy","comment":"' + "x" * 4096 + '"}') == "accepted"
    assert refusal('{"side":"buy","id":18446744073709551615,"n":-9223372036854775808}') == "accepted"
    assert refusal('{"side":"buy"}' + " " * (65536 - 14)) == "accepted"


def test_one_real_value_among_placeholders_is_enough() -> None:
    """A message that was filled in only in part is accepted, and says so."""
    alert = read('{"ticker":"{{ticker}}","action":"buy"}')
    assert (alert.symbol, alert.side, "placeholders" in alert.note_codes) == (None, "buy", True)


@pytest.mark.parametrize("body", ['"BUY NQ1! @ 25118.25"', '["BUY", "NQ1!", 25118.25]'])
def test_json_that_is_only_text_is_read_as_text(body: str) -> None:
    """A quoted message is valid JSON, yet it is a sentence."""
    assert told(read(body), GOOD) == GOOD


@pytest.mark.parametrize(
    "body",
    [
        '[{"symbol":"NQ1!","side":"buy"},{"symbol":"ES1!","side":"sell"}]',
        '{"signals":[{"symbol":"NQ1!","side":"buy"},{"symbol":"ES1!","side":"sell"}]}',
        '{"symbol":"NQ1!","side":"buy"},{"symbol":"ES1!","side":"sell"}',
    ],
)
def test_a_batch_becomes_as_many_alerts(body: str) -> None:
    """Arrays, batches and objects in a row are several alerts in their order."""
    assert [(a.symbol, a.side) for a in parsed(body).alerts] == [("NQ1!", "buy"), ("ES1!", "sell")]


def test_a_batch_of_updates_inherits_from_its_envelope() -> None:
    """What the envelope says holds for each update that does not say otherwise."""
    updates = [{"trade_id": "a", "mfe": 1.5}, {"trade_id": "b", "mfe": 0.5}]
    body = {"type": "MFE_UPDATE", "symbol": "NQ1!", "timestamp": 1772634900000, "updates": updates}
    assert [(a.kind, a.symbol, a.trade_ref, a.mfe_r, a.lag_ms) for a in parsed(body).alerts] == [
        ("update", "NQ1!", "a", 1.5, 2000.0),
        ("update", "NQ1!", "b", 0.5, 2000.0),
    ]
