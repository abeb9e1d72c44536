"""Reads the prices of an alert: where it stands, where it is wrong, and where it wants to go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from signals.alert import synonyms
from signals.alert.fields import Fields
from signals.alert.model import Kind, Side
from signals.alert.numbers import price as read_price
from signals.alert.synonyms import Words, words
from signals.alert.template import Place

_IN_BOX = frozenset(["price", "stopprice", "limitprice", "trigger", "triggerprice", "value", "level", "stop"])
_PRICES = {
    "exit": Words((*synonyms.EXIT_PRICE, *synonyms.PRICE)),
    "update": Words((*synonyms.CURRENT_PRICE, *synonyms.PRICE)),
}
_BAR_PRICE, _EXIT_PRICE = words("close c", aside=True), words("exitprice")
_LOWER, _UPPER = 0.2, 5.0  # a stop further from the price than this is a distance, an offset or a percentage


class Levels(NamedTuple):
    """Prices in the instrument's currency; absent is None."""

    price: float | None
    stop: float | None
    targets: tuple[float, ...]
    exit_price: float | None


def levels_of(places: list[Fields], kind: Kind, side: Side | None, notes: list[str]) -> Levels:
    """Price, stop, targets and exit price. Raises Unusable when one of them has two readings."""
    price = _first(places, _PRICES.get(kind, synonyms.PRICE), _nonzero)
    if price is None:
        price = _first(places, _BAR_PRICE, _nonzero)
    exit_price = _first(places, _EXIT_PRICE, _nonzero)
    stop = _plausible(_stop(places), price, notes)
    targets = tuple(t for t in _targets(places) if _plausible(t, price, notes) is not None)
    return Levels(price, stop, targets, exit_price)


def _nonzero(value: Any, name: str = "price") -> float | None:
    found = read_price(value, name)
    return found or None  # a platform's zero stands for "none" or "at market"


def _first(places: list[Fields], names: Words, read: Callable[[Any], float | None]) -> float | None:
    for place in places:
        found = place.first(names, read)
        if found is not None:
            return found
    return None


def _stop(places: list[Fields]) -> float | None:
    for place in places:
        for leaf in [*place.named(synonyms.STOP), *place.named(_is_stop)]:
            found = _nonzero(leaf.value, leaf.name)
            if found is not None:
                place.take(leaf)
                return found
    return None


def _targets(places: list[Fields]) -> list[float]:
    found: list[float] = []
    for place in places:
        for leaf in place.named(_is_target):
            for value in leaf.value if isinstance(leaf.value, list) else [leaf.value]:
                level = _nonzero(value, leaf.name)
                if level is not None:
                    place.take(leaf)
                    if level not in found:
                        found.append(level)
        if found:
            break
    return found


def _is_stop(place: Place) -> bool:
    return place.box == "stop" and place.name in _IN_BOX


def _is_target(place: Place) -> bool:
    numbered = bool(synonyms.TARGET_NUMBERED.match(place.name))
    if place.box == "target":
        return numbered or place.name in _IN_BOX or place.name.isdigit()
    return place.box == "" and (numbered or place.name in synonyms.TARGETS)


def _plausible(level: float | None, price: float | None, notes: list[str]) -> float | None:
    """A level that can't be a price near the alert's own is an offset: it is told, not used."""
    if level is None or price is None or price <= 0:
        return level
    if _LOWER <= level / price <= _UPPER:
        return level
    notes.append("level_not_a_price")
    return None
