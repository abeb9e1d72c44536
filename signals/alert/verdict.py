"""Joins the order's side, the positions and the trade's stage into what the alert wants."""

from __future__ import annotations

import re
from typing import NamedTuple

from signals.alert import synonyms
from signals.alert.fields import Fields, Leaf
from signals.alert.lifecycle import Stage, is_neutral, is_true, stage_of
from signals.alert.model import Intent, Kind, Side, SourceRules
from signals.alert.numbers import multiple
from signals.alert.sides import Position, Word, closed_side, decide, position_of, word_of
from signals.alert.synonyms import Words, squash, words
from signals.alert.template import Place
from signals.errors import refuse

_FLAGS = {
    "enterlong": "buy",
    "entershort": "sell",
    "longentry": "buy",
    "shortentry": "sell",
    "buy": "buy",
    "sell": "sell",
    "long": "buy",
    "short": "sell",
}
_CLOSE_FLAGS = frozenset(
    words("""
    exitlong exitshort exit closelong closeshort close closeposition flat longexit shortexit closeall
""")
)
_ALIVE = words("heartbeat ping keepalive")
_EVENTS_TOO = words("eventtype event alerttype")
_DIRECTIONS = words("direction dir positionside tradedirection signaldirection side sentiment")
_SENTIMENT = words("sentiment")
_EXCURSIONS = Words((*synonyms.MFE, *synonyms.MAE))
_ORDER_NAMES = words("ordercomment strategyordercomment orderid strategyorderid comment id")
_EVENT_FIELDS = frozenset({"event", "eventtype", "eventname"})
_CLOSING_NAME = re.compile(
    r"\s*(?:(?:long|short)[ _-]?(?:tp\d?|sl|exit|close|stop)|close|exit|flatten|"
    r"tp ?\d?|sl|stop[ -]?loss|take[ -]?profit|x(?:long|short))(?![a-z])",
    re.IGNORECASE,
)


class Verdict(NamedTuple):
    """What an alert wants; `recognised` when any rule understood it."""

    kind: Kind
    side: Side | None
    intent: Intent | None
    position_after: float | None
    recognised: bool
    flat: bool = False
    closes: Side | None = None


def judged(places: list[Fields], source: SourceRules, notes: list[str]) -> Verdict:
    """Kind, side and intent from every field that tells them. Raises Unusable when they contradict."""
    stage, explicit = _stage(places)
    order, name = _order(places)
    direction, where = _direction(places)
    if stage == "heartbeat":
        return Verdict("heartbeat", None, None, None, True)
    after, before = _positions(places, order, name)
    if order is not None and order.cancel:
        return Verdict("info", None, None, after.signed, True)
    flat, closes = after.sign == 0, order.closes if order else None
    order = _with_direction(order, name, direction, where)
    side, intent, left = decide(order, after, before, source.long_only)
    if (
        side in ("buy", "sell")
        and intent == "open"
        and after.sign is None
        and name not in synonyms.DIRECTION
        and _closes_by_name(places)
    ):
        side, intent, left = "close", "close", left
    if stage == "update":
        return Verdict("update", None if side == "close" else side, None, left, True)
    if stage in ("exit", "partial_exit"):
        partial = stage == "partial_exit" or intent == "reduce"
        left = left if partial else (left or 0.0)
        return Verdict("exit", "close", "reduce" if partial else "close", left, True, flat and not partial, closes)
    if stage == "setup" or (explicit and stage is None and name in synonyms.DIRECTION):
        notes.append("event_not_an_order")
        return Verdict("info", side, None, left, True)
    if side is None and any(place.first(_EXCURSIONS, multiple) is not None for place in places):
        return Verdict("update", None, None, left, True)
    if side is None:
        return Verdict("info", None, None, left, False)
    if side == "close" or intent in ("close", "reduce"):
        return Verdict("exit", side, intent, left, True, flat, closes)
    return Verdict("entry", side, intent or "open", left, True)


def _stage(places: list[Fields]) -> tuple[Stage | None, bool]:
    """The stage in a trade's life, and whether a field that exists for that purpose was there at all."""
    explicit = False
    for place in places:
        if any(is_true(leaf.value) for leaf in place.named(_ALIVE)):
            return "heartbeat", True
        for leaf in place.named(synonyms.EVENT):
            if not isinstance(leaf.value, str) or not leaf.value:
                continue
            found = stage_of(leaf.value)
            if leaf.name in ("action", "signal", "status") and found in ("entry", "setup"):
                continue  # the side's own rules know these words better
            if leaf.name == "status" and found != "heartbeat" and "closed" not in leaf.value.lower():
                continue
            explicit = explicit or (leaf.name in _EVENT_FIELDS and not is_neutral(leaf.value))
            if found is not None:
                place.take(leaf)
                return found, explicit
            if word_of(leaf.value, leaf.name):
                explicit = False
    return None, explicit


def _order(places: list[Fields]) -> tuple[Word | None, str]:
    """The order's word and the field it stood in. Raises Unusable when two order fields contradict."""
    found: list[tuple[Word, Leaf]] = []
    for place in places:
        for leaf in [*place.named(synonyms.SIDE), *place.named(_EVENTS_TOO)]:
            word = word_of(leaf.value, leaf.name)
            if word is not None:
                place.take(leaf)
                found.append((word, leaf))
        if not found:
            found += _flags(place)
        if found:
            break
    if not found:
        return None, ""
    word, leaf = found[0]
    _agree([x for _, x in found])
    return word, leaf.name


def _agree(leaves: list[Leaf]) -> None:
    """Refuses buy beside sell in order fields of one object; `sell` beside `long` is an exit, not a contradiction."""
    told = {
        (x.path[:-1], squash(x.value))
        for x in leaves
        if x.name not in ("bias", "sentiment", "type") and isinstance(x.value, str)
    }
    for box, side in told:
        if side == "buy" and (box, "sell") in told:
            raise refuse("sides_disagree", ", ".join(sorted({x.name for x in leaves})))


def _flags(place: Fields) -> list[tuple[Word, Leaf]]:
    """Fields whose name is the side and whose value says yes: {"enter_long": true}."""
    for leaf in place.named(_is_flag):
        if is_true(leaf.value):
            if (
                leaf.name in ("close", "buy", "sell", "long", "short")
                and leaf.value in (1, "1")
                and leaf.value is not True
            ):
                continue  # a price or a count that happens to be one
            if leaf.name in _CLOSE_FLAGS:
                return [(Word(side="close", intent="close", closes=closed_side(leaf.name)), leaf)]
            if leaf.name in _FLAGS:
                return [(Word(side="buy" if _FLAGS[leaf.name] == "buy" else "sell"), leaf)]
    return []


def _is_flag(place: Place) -> bool:
    return place.box == "" and (place.name in _CLOSE_FLAGS or place.name in _FLAGS)


def _direction(places: list[Fields]) -> tuple[Word | None, str]:
    """Long or short as a position's direction, from the field that names it or a trade id's end."""
    for place in places:
        for leaf in place.named(_DIRECTIONS):
            word = word_of(leaf.value, leaf.name)
            if word is not None and word.side in ("buy", "sell"):
                place.take(leaf)
                return word, leaf.name
    return None, ""


def _with_direction(order: Word | None, name: str, direction: Word | None, where: str) -> Word | None:
    """An order beside a direction: `add` takes its side from it; an order against it closes."""
    if order is None:
        return direction
    if order.needs_side:
        return order._replace(side=order.side or (direction.side if direction else None), needs_side=False)
    opposite = direction is not None and {order.side, direction.side} == {"buy", "sell"}
    if opposite and name not in synonyms.DIRECTION:
        # Selling what is long: all of it where the position's side is named, part of it where a sentiment stays.
        return Word(side="close", intent="close") if where != "sentiment" else order._replace(intent="reduce")
    return order


def _positions(places: list[Fields], order: Word | None, name: str) -> tuple[Position, Position]:
    """The position after and before, as far as the body tells."""

    def read(names: Words) -> tuple[str, object]:
        for place in places:
            for leaf in place.named(names):
                if leaf.value not in (None, "") and not isinstance(leaf.value, (dict, list, bool)):
                    place.take(leaf)
                    return leaf.name, leaf.value
        return "", None

    flat = any(str(leaf.value).strip().lower() == "flat" for place in places for leaf in place.named(_SENTIMENT))
    _, word = read(synonyms.POSITION_AFTER)
    size_name, size = read(synonyms.SIZE_AFTER)
    after = position_of("flat" if flat else word, size)
    if (
        size_name == "positionsize"
        and word is None
        and after.sign == 1
        and (name in synonyms.DIRECTION or (order is not None and order.side == "sell"))
    ):
        after = Position()  # a plain size beside a direction is how much is traded, not what is held after
    return after, position_of(read(synonyms.POSITION_BEFORE)[1], read(synonyms.SIZE_BEFORE)[1])


def _closes_by_name(places: list[Fields]) -> bool:
    """True when the order's own name or comment says that it closes, as in `Close entry(s) order Long`."""
    return any(
        isinstance(leaf.value, str) and _CLOSING_NAME.match(leaf.value)
        for place in places
        for leaf in place.named(_ORDER_NAMES)
    )
