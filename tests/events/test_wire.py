"""Strict JSON in both directions, one form of time, one envelope, a catalogue that refuses what it does not know."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from events import catalogue, wire
from events.clock import new_id, now_text, now_utc, parse_rfc3339, rfc3339
from events.envelope import Fact, Passing
from events.errors import BadEvent, BadWire, NotFinite
from tests.events.conftest import fact


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none_never_leaves(bad: float) -> None:
    """Wherever it hides, encoding names its place: a browser would drop the connection for it."""
    with pytest.raises(NotFinite, match=r"data\.prices\.1\.at"):
        wire.encode({"null": None, "data": {"prices": [1.0, {"at": bad}]}})
    for hiding in ((None, bad), {"price": bad}, {"none": None, "price": bad}, {"null": bad}):
        with pytest.raises(NotFinite):
            wire.encode(hiding)


def test_what_is_encoded_is_what_browsers_read() -> None:
    """Tiny prices and letters of all kinds come back as they went."""
    value = {"price": 8.21e-06, "text": "ß – ñ 日本 \u2028", "none": None, "list": [1, 2.5, True]}
    assert json.loads(wire.encode(value)) == value == wire.decode(wire.encode(value))


@pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b'{"a": Infinity}', b"[1,]", b'{"a": 1, "a": 2}', b"\xff", b""])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    """Also a key that is given twice with two values: one of them would win by chance."""
    with pytest.raises(BadWire):
        wire.decode(body)


def test_a_key_given_twice_alike_is_no_contradiction() -> None:
    """Two agreeing fields leave nothing to guess."""
    assert wire.decode('{"a": 1, "a": 1}') == {"a": 1}


def test_time_has_one_form() -> None:
    """UTC, milliseconds, Z; a time without a zone is refused because its zone would be a guess."""
    chicago = datetime(2026, 1, 7, 8, 31, 45, 123_999, timezone(timedelta(hours=-6)))
    assert rfc3339(chicago) == "2026-01-07T14:31:45.123Z"
    assert parse_rfc3339("2026-01-07T14:31:45.123Z") == datetime(2026, 1, 7, 14, 31, 45, 123_000, UTC)
    assert now_utc().tzinfo is UTC
    assert rfc3339(now_utc()) <= now_text() <= rfc3339(now_utc() + timedelta(milliseconds=2))
    for call in (lambda: rfc3339(datetime(2026, 1, 7)), lambda: parse_rfc3339("2026-01-07T14:31:45")):
        with pytest.raises(ValueError, match="no time zone"):
            call()


def test_ids_rise_with_time() -> None:
    """UUIDv7: rows made one after the other lie side by side."""
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert {id[14] for id in ids} == {"7"}


def test_the_envelope_is_the_documented_one() -> None:
    """A fact has a place in history, a passing update has none; `symbol` is there when there is one."""
    told = fact(symbol="NQ1!").at("epoch", 7).envelope()
    common = ["id", "type", "source", "level", "message", "timestamp", "data"]
    assert set(told) == {"epoch", "seq", "origin", "symbol", *common}
    assert (told["epoch"], told["seq"], told["origin"]) == ("epoch", 7, "desk")
    assert "symbol" not in Fact("event", {}, "m", "s").envelope()
    passing = Passing("heartbeat", "all", {"seq": 1}, "alive", "desk").envelope()
    assert list(passing) == common


def test_data_must_have_its_types_shape() -> None:
    """What is missing, unknown, not a number or of the wrong type is refused with its place; defaults are filled in."""
    assert catalogue.validate("event", {"anything": [1]})["event_type"] == "info"
    for name, data, place in [
        ("event", {"event_type": "party"}, "event_type"),
        ("alert", {}, "text"),
        ("alert", {"text": "a", "more": 1}, "more"),
        ("price_update", {"symbol": "NQ1!", "price": float("nan")}, "price"),
        ("ml_prediction_update", {"kind": "guess"}, "kind"),
        ("ml_prediction_update", {"kind": "forecast", "model": "m", "symbol": "s", "confidence": 2}, "confidence"),
    ]:
        with pytest.raises(BadEvent, match=place) as refused:
            catalogue.validate(name, data)
        assert refused.value.code == "bad_data"
    with pytest.raises(BadEvent) as refused:
        catalogue.validate("party", {})
    assert refused.value.code == "unknown_type"


def test_other_systems_names_lead_to_ours() -> None:
    """An alias is accepted and stored under our name; our own names stay."""
    assert catalogue.canonical("ml_prediction") == "ml_prediction_update"
    assert catalogue.validate("market_update", {"symbol": "NQ1!", "price": 1})["price"] == 1.0
    assert all(catalogue.canonical(name) == name for name in catalogue.TYPES)


def test_every_type_has_a_schema() -> None:
    """The schema is JSON, names every type, and every reference in it leads somewhere."""
    schema = json.loads(wire.encode(catalogue.json_schema()))
    assert set(schema["types"]) == set(catalogue.TYPES)
    text = json.dumps(schema)
    for part in text.split('"#/$defs/')[1:]:
        assert part.split('"')[0] in schema["$defs"]
