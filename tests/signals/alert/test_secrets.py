"""Secrets leave an alert before anything is stored, wherever senders put them."""

import json
from typing import Any

import pytest

from signals.alert import SourceRules, Unusable, find_secrets, parse
from signals.alert.secret_names import _ENDINGS, _EXACT
from tests.signals.alert.reading import RECEIVED, parsed

SECRET = "canary-9f8e7d6c"
PLACES: list[Any] = [
    {"secret": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"passphrase": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"token": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"key": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"apikey": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"apiKey": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"signalToken": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"email_token": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"webhook_secret": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"password": SECRET, "symbol": "NQ1!", "side": "buy"},
    {"SECRET": SECRET, "symbol": "NQ1!", "side": "buy", "comment": f"sent with {SECRET} inside"},
    {"symbol": "NQ1!", "side": "buy", "auth": {"nested": {"token": SECRET}}},
    {"symbol": "NQ1!", "side": "buy", "accounts": [{"token": SECRET}, {"token": "another-secret-1"}]},
    {"symbol": "NQ1!", "side": "buy", "tokens": [SECRET, "another-secret-1"]},
    {"symbol": "NQ1!", "side": "buy", "secret": {"value": SECRET}},
    {"symbol": "NQ1!", "side": "buy", "message": f"secret={SECRET}"},
    {"symbol": "NQ1!", "side": "buy", "message": json.dumps({"token": SECRET})},
    {"message": json.dumps({"symbol": "NQ1!", "side": "buy", "token": SECRET})},
    {"symbol": "NQ1!", "side": "buy", SECRET: 1, "key": SECRET},
    f"symbol=NQ1!\nside=buy\nsecret={SECRET}",
    f"secret={SECRET}\nBUY NQ1! @ 21450.25",
    f"BUY NQ1! @ 21450.25 token: {SECRET}",
    f"key={SECRET};command=PLACE;instrument=NQ1!;action=BUY",
    f"SMC|v1|symbol=NQ1!|dir=long|secret={SECRET}",
    f"symbol=NQ1!&side=buy&secret={SECRET}",
    f"secret: {SECRET}\nsymbol: NQ1!\nside: buy",
    f"Authorization: Bearer {SECRET}\nBUY NQ1! @ 21450.25",
    f"Authorization: BEARER {SECRET}\nBUY NQ1! @ 21450.25",
    f"Authorization: BASIC {SECRET}\nBUY NQ1! @ 21450.25",
    f"BEARER {SECRET}\nBUY NQ1! @ 21450.25",
    f"{{'secret':'{SECRET}','symbol':'NQ1!','side':'buy'}}",
    f"{{“secret”:“{SECRET}”,“symbol”:“NQ1!”,“side”:“buy”}}",
    f"{{secret:{SECRET},symbol:NQ1!,side:buy}}",
    f'NQ long {{"symbol":"NQ1!","side":"buy","secret":"{SECRET}"}}',
    f'{{"symbol":"NQ1!","side":"buy"}}{{"secret":"{SECRET}","symbol":"ES1!"}}',
    f'{{"\\u0073ecret":"{SECRET}","symbol":"NQ1!","side":"buy"}}',
    '{"secret":"canary\\u002d9f8e7d6c","symbol":"NQ1!","side":"buy","note":"canary-9f8e7d6c"}',
    '{"\\u0073ecret":"canary\\u002d9f8e7d6c","symbol":"NQ1!","side":"buy"}',
    f'{{"secret":"{SECRET}","symbol":"NQ1!","side":"bu',
    f'{{"symbol":"NQ1!","secret":"{SECRET}',
    f'{{"symbol":"NQ1!","side":"buy","side":"sell","secret":"{SECRET}"}}',
]


@pytest.mark.parametrize("body", PLACES, ids=lambda body: str(body)[:50])
def test_a_secret_in_any_place_is_found_and_removed(body: Any) -> None:
    """Nothing that leaves the parser holds it, accepted or refused; authentication can still find it."""
    raw = (body if isinstance(body, str) else json.dumps(body)).encode()
    assert SECRET in find_secrets(raw, None, {}) or b"bu" in raw[-4:]
    try:
        found = parse(raw, content_type=None, query={}, received_at=RECEIVED, source=SourceRules())
    except Unusable as refusal:
        left = f"{refusal.redacted}{refusal.message}{refusal.hint}"
    else:
        left = f"{found.redacted}{found.alerts}{found.redacted_query}{found.delivery_key}"
        assert SECRET in found.secrets
        assert "[removed]" in found.redacted or "\\u" in str(body)
    assert SECRET not in left
    assert "another-secret-1" not in left
    assert SECRET not in left.encode().decode("unicode_escape", "replace")


def test_a_secret_of_the_query_is_removed_everywhere() -> None:
    """A token in the URL does not survive in the body either."""
    found = parsed(f'{{"symbol":"NQ1!","note":"{SECRET}"}}', query={"token": SECRET, "side": "buy", "x": SECRET})
    assert SECRET in found.secrets
    assert SECRET not in f"{found.redacted}{found.redacted_query}{found.alerts}"
    assert found.redacted_query["side"] == "buy"


@pytest.mark.parametrize(
    ("body", "redacted"),
    [
        ('{ "secret" : "canary-9f8e7d6c",\n  "side":"buy" }', '{ "secret" : "[removed]",\n  "side":"buy" }'),
        ('{"key":"ab","side":"buy","a":"ab"}', '{"key":"[removed]","side":"buy","a":"ab"}'),
        ('{"pin":1234,"side":"buy","price":1234.5}', '{"pin":"[removed]","side":"buy","price":1234.5}'),
        ("secret=canary-9f8e7d6c\r\nBUY NQ1!", "secret=[removed]\r\nBUY NQ1!"),
        ("6012345678901,buy,EURUSD,risk=1", "[removed],buy,EURUSD,risk=1"),
        ("ENTER-LONG_BINANCE_BTCUSDT_Bot_5M_a4a9b8ad4f58", "ENTER-LONG_BINANCE_BTCUSDT_Bot_5M_[removed]"),
        ('{"code":"ENTER-LONG_A_BTCUSDT_B_5M_a4a9b8ad4f58"}', '{"code":"ENTER-LONG_A_BTCUSDT_B_5M_[removed]"}'),
        ("BUY NQ1! key level 21450", "BUY NQ1! key level 21450"),
        ('{"symbol":"NQ1!","side":"buy"}', '{"symbol":"NQ1!","side":"buy"}'),
    ],
)
def test_the_rest_of_the_text_stays_as_it_came(body: str, redacted: str) -> None:
    """Only the secret is replaced; white space, order and line ends survive."""
    assert parsed(body).redacted == redacted


def test_secrets_never_decide_whether_an_alert_is_the_same() -> None:
    """The delivery key is made of the redacted body: a rotated secret does not make an alert new."""
    keys = {
        parsed({"secret": secret, "symbol": "NQ1!", "side": "buy"}).delivery_key
        for secret in ("first-secret", "other-secret")
    }
    assert len(keys) == 1


def test_the_delivery_key_tells_deliveries_apart() -> None:
    """Source, body and query each make a difference; the order of the query does not."""
    body = {"symbol": "NQ1!", "side": "buy"}
    keys = [
        parsed(body).delivery_key,
        parsed(body, name="other").delivery_key,
        parsed({**body, "price": 1}).delivery_key,
        parsed(body, query={"a": "1"}).delivery_key,
        parsed(body, query={"a": "1", "b": "2"}).delivery_key,
    ]
    assert len(set(keys)) == 5
    assert all(len(key) == 64 for key in keys)
    assert parsed(body, query={"b": "2", "a": "1"}).delivery_key == keys[4]


@pytest.mark.parametrize("name", sorted({*_EXACT, *_ENDINGS}))
def test_every_secret_name_is_found_in_plain_text(name: str) -> None:
    """However it is written: a text is read for secrets only where one of them may be named."""
    for written in (name, name.upper(), f"my-{name}", "_".join(name)):
        own = written if name in _ENDINGS else written.removeprefix("my-")
        assert find_secrets(f"buy NQ1! {own}={SECRET}".encode(), None, {}) == (SECRET,), own


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"\x00", b"{" * 70000, b'{"secret":', b"secret=", b"[" * 9000])
def test_finding_secrets_never_fails(raw: bytes) -> None:
    """Authentication looks into bytes that nothing has checked yet."""
    assert isinstance(find_secrets(raw, None, {}), tuple)
