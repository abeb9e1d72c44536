"""JSON as strict as browsers are: one NaN in a frame and they drop the connection, so it never gets that far."""

import json
import marshal
import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

import orjson

from events.errors import BadWire, NotFinite

# In `marshal`'s second form a float is a "g" and eight bytes, the exponent last: all ones where it is not finite.
_NO_REFERENCES = 2
_NOT_FINITE = re.compile(rb"g.{6}[\xf0-\xff][\x7f\xff]", re.DOTALL)


def encode(value: object) -> bytes:
    """Strict JSON of plain values. NotFinite names the place of a NaN or an infinity; BadWire for what has no JSON."""
    try:
        encoded = orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError) as error:
        raise BadWire(f"not expressible in JSON: {error}") from error
    # orjson writes NaN as null. Only a frame that holds more nulls than it has empty fields can hide one.
    nulls = encoded.count(b"null")
    if nulls and not _explained(value, nulls) and _may_hide(value) and (place := not_finite(value)) is not None:
        raise NotFinite(f"{place or 'the value'} is not a finite number")
    return encoded


def encode_around(value: Mapping[str, object], name: str, text: str | bytes) -> bytes:
    """JSON of `value` with, as its field `name`, what `encode` has made a text of before."""
    return orjson.dumps({**value, name: orjson.Fragment(text)})


def _explained(value: Any, nulls: int) -> bool:
    """Whether so many fields of an object are None, or so many with those of the objects directly in it."""
    if not isinstance(value, dict):
        return False
    fields = value.values()
    empty = len([field for field in fields if field is None])
    if empty != nulls:
        empty += sum(len([one for one in inner.values() if one is None]) for inner in fields if type(inner) is dict)
    return empty == nulls


def _may_hide(value: Any) -> bool:
    """Whether a NaN or an infinity may be in it: a search through its binary form costs a tenth of a walk."""
    try:
        return _NOT_FINITE.search(marshal.dumps(value, _NO_REFERENCES)) is not None
    except ValueError:  # a type that has no such form
        return True


def not_finite(value: object, place: str = "") -> str | None:
    """Where in `value` the first NaN or infinity is (`data.price`), else None."""
    if isinstance(value, float):
        return None if isfinite(value) else place
    children: Iterable[tuple[object, object]]
    if isinstance(value, Mapping):
        children = value.items()
    elif isinstance(value, list | tuple):
        children = enumerate(value)
    else:
        return None
    for key, child in children:
        if isinstance(child, float | Mapping | list | tuple):
            found = not_finite(child, f"{place}.{key}" if place else str(key))
            if found is not None:
                return found
    return None


def decode(body: bytes | str) -> Any:
    """The value of strict JSON. BadWire for anything else, also for a key given twice with two values."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _why(body, error) from error
    _refuse_contradictions(body)
    return value


def _why(body: bytes | str, error: Exception) -> BadWire:
    text = body if isinstance(body, str) else body.decode("utf-8", "replace")
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except NotFinite as found:
        return found
    except (ValueError, RecursionError):
        return BadWire(f"not JSON: {error}")
    return BadWire(f"not JSON: {error}")


def _refuse_constant(name: str) -> None:
    raise NotFinite(f"{name} is not JSON")


def _refuse_contradictions(body: bytes | str) -> None:
    try:
        json.loads(body, object_pairs_hook=_agreeing)
    except RecursionError as error:
        raise BadWire("nested too deep") from error


def _agreeing(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        for key, value in pairs:
            if made[key] != value:
                raise BadWire(f"{key!r} is given twice with different values", code="duplicate_key")
    return made
