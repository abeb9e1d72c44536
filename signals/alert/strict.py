"""Reads valid JSON, and only valid JSON, within the limits; everything else is left to `jsonish`."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from signals.alert.limits import (
    INTEGER_MAX,
    INTEGER_MIN,
    MAX_ALERTS,
    MAX_DEPTH,
    MAX_INTEGER_DIGITS,
    MAX_KEYS,
    MAX_STRING_BYTES,
)
from signals.errors import Unusable, refuse

_MEASURED = (float, dict, list)
_BEYOND = (float("inf"), float("-inf"))


class NotStrict(ValueError):
    """The text is not valid JSON; it may still be repaired."""


class _Contradictory(dict[str, Any]):
    """An object whose fields contradict each other: refused when the whole text has proved to be JSON."""

    refusal: Unusable


def loads(text: str) -> Any:
    """The value of a valid JSON text. Raises NotStrict, or Unusable when a limit is passed."""
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise refuse("too_deep") from None
    except ValueError as error:
        raise NotStrict(str(error)) from None
    # In plain text no string is longer than the whole, or other than it is written there.
    _check(value, 0, not text.isascii() or "\\" in text or len(text) > MAX_STRING_BYTES)
    return value


def _object(items: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(items)
    if len(made) != len(items):
        try:
            return merged(items)
        except Unusable as refusal:
            made = _Contradictory(made)
            made.refusal = refusal
    return made


def merged(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object from its pairs; a key that stands twice must hold the same value each time."""
    made: dict[str, Any] = {}
    for key, value in items:
        if key in made and (made[key] != value or type(made[key]) is not type(value)):
            raise refuse("duplicate_keys_disagree", key[:40])
        made[key] = value
    return made


def integer(literal: str) -> int:
    """A whole number of at most 64 bits."""
    if len(literal) > MAX_INTEGER_DIGITS + 1:
        raise refuse("integer_too_large")
    value = int(literal)
    if not INTEGER_MIN <= value <= INTEGER_MAX:
        raise refuse("integer_too_large")
    return value


def check(value: Any) -> None:
    """Refuses what passes a limit. Keys are counted per alert: an object in a list starts anew."""
    _check(value, 0, True)


def _check(value: Any, depth: int, strings: bool) -> int:
    """Checks one value, its strings where asked to, and returns how many keys it adds to the object around it."""
    if isinstance(value, str):
        if strings:
            check_string(value)
    elif isinstance(value, float):
        if value in _BEYOND:
            raise refuse("number_out_of_range")
    elif isinstance(value, dict):
        if depth >= MAX_DEPTH:
            raise refuse("too_deep")
        keys = len(value)
        for key, inner in value.items():
            if strings:
                check_string(key)
            if strings or isinstance(inner, _MEASURED):
                keys += _check(inner, depth + 1, strings)
        if keys > MAX_KEYS:
            raise refuse("too_many_keys")
        if isinstance(value, _Contradictory):
            raise value.refusal
        return keys
    elif isinstance(value, list):
        if depth >= MAX_DEPTH:
            raise refuse("too_deep")
        if len(value) > MAX_ALERTS and isinstance(value[0], dict):
            raise refuse("too_many_keys", "too many objects in one list")
        for inner in value:
            _check(inner, depth + 1, strings)
    return 0


def check_string(text: str) -> None:
    """Refuses a text that is too long, or that no encoding can carry."""
    if text.isascii():
        if len(text) > MAX_STRING_BYTES:
            raise refuse("string_too_long")
        if "\x00" in text:
            raise refuse("nul_character")
        return
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise refuse("lone_surrogate") from None
    if size > MAX_STRING_BYTES:
        raise refuse("string_too_long")
    if "\x00" in text:
        raise refuse("nul_character")


def _constant(name: str) -> NoReturn:
    raise NotStrict(f"{name} is not JSON")


# Made once: the module's own `loads` makes a decoder for every text that it is given such hooks with.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=integer, parse_constant=_constant)
