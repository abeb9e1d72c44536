"""Teaching by pointing: every field of an alert with the path that a mapping takes and what it was read as."""

import json
import random
from datetime import UTC, datetime

import pytest

from signals.alert import SourceRules, Unusable, fields_of, parse

NOW = datetime(2026, 1, 12, 15, 0, tzinfo=UTC)


def told(body: object, **rules: object) -> dict[str, str | None]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    (alert,) = fields_of(raw, {}, SourceRules(**rules), NOW)["alerts"]  # type: ignore[arg-type]
    return {field["path"]: field["read_as"] for field in alert["fields"]}


def test_each_field_says_what_it_was_read_as() -> None:
    """Flat names, nested names and names that nobody knows."""
    body = {
        "ticker": "MNQ1!",
        "action": "buy",
        "order": {"price": 21450.25, "stop_loss": 21360.25},
        "contracts": 2,
        "timenow": "2026-01-12T14:59:59Z",
        "mood": "fine",
    }
    assert told(body) == {
        "ticker": "symbol",
        "action": "side",
        "order.price": "price",
        "order.stop_loss": "stop",
        "contracts": "quantity",
        "timenow": "timenow",
        "mood": None,
    }


def test_a_mapping_is_taught_by_the_path_that_is_shown() -> None:
    """An alert that no rule understands is understood once its fields are pointed at."""
    body = {"what": {"it": "AAPL"}, "wohin": "kaufen", "jetzt": 271.4}
    assert set(told(body).values()) == {None}
    mapping = {"symbol": "what.it", "price": "jetzt"}
    assert told(body, mapping=mapping) == {"what.it": "symbol", "wohin": None, "jetzt": "price"}
    (alert,) = parse(
        json.dumps(body).encode(), content_type=None, query={}, received_at=NOW, source=SourceRules(mapping=mapping)
    ).alerts
    assert (alert.symbol, alert.price) == ("AAPL", 271.4)


def test_a_refused_alert_shows_its_fields_and_why() -> None:
    """Sides that disagree: both fields are there to choose from."""
    raw = b'{"symbol": "AAPL", "side": "buy", "action": "sell", "price": 1}'
    (alert,) = fields_of(raw, {}, SourceRules(), NOW)["alerts"]
    assert alert["error"]["code"] == "sides_disagree"
    assert [field["path"] for field in alert["fields"]] == ["symbol", "side", "action", "price"]
    assert told(raw, mapping={"side": "action"})["action"] == "side"


def test_no_secret_is_shown() -> None:
    """Neither by name nor where its value stands in another field."""
    raw = b'{"secret": "hunter2-canary", "symbol": "AAPL", "note": "use hunter2-canary"}'
    assert b"hunter2" not in json.dumps(fields_of(raw, {}, SourceRules(), NOW)).encode()
    assert "secret" not in told(raw)


def test_text_and_lists_have_paths_too() -> None:
    """What was read out of a line of text, and the places of a list of targets."""
    assert told(b"BUY MNQ1! @ 21450.25")
    found = told({"symbol": "AAPL", "side": "buy", "price": 10, "targets": [11, 12]})
    assert (found["targets.0"], found["targets.1"]) == ("targets", "targets")


def test_a_body_without_fields_is_refused_with_its_reason() -> None:
    """As the webhook would."""
    with pytest.raises(Unusable) as refused:
        fields_of(b'{"side": "buy"', {}, SourceRules(), NOW)
    assert refused.value.code == "truncated"


def test_any_bytes_are_told_or_refused() -> None:
    """A thousand mutilated bodies raise nothing but Unusable."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    whole = json.dumps({"symbol": "AAPL", "side": "buy", "a": [1, {"b": 2}], "targets": [1, {"p": 2}], "x.y": {"": 1}})
    for _ in range(1000):
        raw = bytearray(whole.encode())
        for _ in range(chance.randrange(4)):
            raw[chance.randrange(len(raw))] = chance.choice(b'{}[]",:.0a\\ ')
        try:
            fields_of(bytes(raw), {}, SourceRules(), NOW)
        except Unusable:
            continue
