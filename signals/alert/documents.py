"""Takes the objects out of what was sent: one, a list, or a batch in a common envelope."""

from __future__ import annotations

import re
from typing import Any

from signals.alert.conventions import read_text
from signals.alert.limits import MAX_ALERTS, MAX_LIST_WORDS
from signals.alert.numbers import is_missing
from signals.alert.redact import REMOVED
from signals.alert.repair import nested_json
from signals.alert.shape import shape_of
from signals.alert.synonyms import BATCH, MESSAGE_TEXT, SIDE, SYMBOL, squash, words
from signals.errors import refuse

_WORDS = re.compile(r"\w")
_ORDER = frozenset(SIDE[:8])
_TELLING = frozenset(SYMBOL[:8]) | frozenset(
    words("action side signal direction type event eventtype signalid tradeid price currentprice")
)
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")


def documents_of(values: list[Any], repairs: list[str]) -> tuple[list[dict[str, Any]], str | None]:
    """The objects in the values, and the convention when it is known by their form alone. Raises Unusable."""
    found: list[dict[str, Any]] = []
    convention = None
    for value in values:
        objects, form = _objects(value, repairs)
        found += objects
        convention = convention or form
    if not found:
        raise refuse("empty_object")
    if len(found) > MAX_ALERTS:
        raise refuse("too_many_keys", "too many alerts in one body")
    if not any(real_value_in(document) for document in found):
        raise refuse("placeholders_unsubstituted" if any(_placeholder_in(d) for d in found) else "empty_object")
    if len(found) > 1:
        found = [document for document in found if real_value_in(document)]
    return found, convention


def real_value_in(value: Any) -> bool:
    """True when at least one value is there that is neither missing nor a placeholder nor a removed secret."""
    if isinstance(value, dict):
        return any(real_value_in(inner) for inner in value.values())
    if isinstance(value, list):
        return any(real_value_in(inner) for inner in value)
    if isinstance(value, str):
        if "{{" not in value and REMOVED not in value:
            return not is_missing(value)
        bare = _PLACEHOLDER.sub("", value.replace(REMOVED, ""))
        return not is_missing(bare) and (bare == value or bool(_WORDS.search(bare)))
    return not is_missing(value)


def _placeholder_in(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_placeholder_in(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_placeholder_in(inner) for inner in value)
    return isinstance(value, str) and "{{" in value


def _objects(value: Any, repairs: list[str]) -> tuple[list[dict[str, Any]], str | None]:
    if isinstance(value, str):
        if not value.strip():
            raise refuse("empty_body")
        inner = nested_json(value, repairs)
        if inner is not None:
            return _objects(inner, repairs)
        return read_text(value, repairs)
    if isinstance(value, dict):
        return _unwrapped(value, repairs), None
    if isinstance(value, list):
        words = any(isinstance(item, str) for item in value)
        if (
            words
            and len(value) <= MAX_LIST_WORDS
            and all(isinstance(item, (str, int, float)) and not isinstance(item, bool) for item in value)
        ):
            return read_text(" ".join(str(item) for item in value), repairs)
        found = []
        for item in value:
            if isinstance(item, dict):
                found += _unwrapped(item, repairs)
        if value and not found:
            raise refuse("scalar_without_meaning" if not isinstance(value[0], (dict, list)) else "empty_object")
        return found, "batch" if len(found) > 1 else None
    raise refuse("scalar_without_meaning")


def _unwrapped(document: dict[str, Any], repairs: list[str]) -> list[dict[str, Any]]:
    """An object, the objects of its batch with the envelope's fields as defaults, or the message it wraps."""
    shape = shape_of(document)
    batches = () if shape.told.isdisjoint(BATCH) else zip(shape.squashed, document.items(), strict=True)
    for name, (key, inner) in batches:
        if name in BATCH and isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
            envelope = {k: v for k, v in document.items() if k != key}
            if len(inner) == 1 or any(_tells(item) for item in inner):
                return [{**_absent(envelope, item), **item} for item in inner]
    if shape.told.isdisjoint(SYMBOL.all) and shape.told.isdisjoint(_ORDER):
        for name, (key, inner) in zip(shape.squashed, document.items(), strict=True):
            if name in MESSAGE_TEXT and isinstance(inner, str) and inner.strip():
                nested = nested_json(inner, repairs)
                if isinstance(nested, dict):
                    return [{**nested, **{k: v for k, v in document.items() if k != key and k not in nested}}]
                if len(inner) <= 2000:
                    read, _ = read_text(inner, [])
                    return [{**read[0], **document}]
    return [document]


def _tells(item: dict[str, Any]) -> bool:
    """True for an object that is an alert of its own rather than a detail of another."""
    return not shape_of(item).told.isdisjoint(_TELLING)


def _absent(envelope: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """The envelope's fields that the item does not set under another spelling."""
    own = shape_of(item).told
    return {key: value for key, value in envelope.items() if squash(key) not in own}
