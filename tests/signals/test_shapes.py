"""What the desk says has the shapes that the catalogue promises: the dashboard's types are made from them."""

import json

import pytest

from events import catalogue
from tests.signals.alert.test_fuzz import BODIES
from tests.signals.desk import Desk, entry, told


def test_every_fact_has_the_shape_of_its_type(desk: Desk) -> None:
    """Each convention of alert, taken in and decided, leaves facts that their own models accept."""
    desk.model.answer = told(0.6, starter=True)
    for body in BODIES:
        desk.post(body)
    desk.post(json.dumps(entry(market_position="long", market_position_size="2", prev_market_position="flat")))
    desk.post(b"\xff\xfe\x00not text")
    desk.work()
    facts = desk.facts()
    assert len({fact.type for fact in facts}) >= 4
    wrong = []
    for fact in facts:
        try:
            catalogue.validate(fact.type, fact.data)
        except catalogue.BadEvent as error:
            wrong.append(f"{fact.message[:60]}: {error.message}")
    assert not wrong, "\n".join(sorted(set(wrong))[:10])


def test_a_position_is_signed_units(desk: Desk) -> None:
    """`position_after` says how many units are held after the order: long above zero, short below."""
    row = desk.decide(entry(side="sell", market_position="short", market_position_size="3"))
    assert row["position_after"] == pytest.approx(-3.0)
