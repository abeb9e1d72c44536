"""What the names of an object's fields tell, found out once: a strategy sends the same names with every alert."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from signals.alert.secret_names import is_secret_name
from signals.alert.synonyms import squash

_REMEMBERED = 1024
_LONGEST = 1000  # characters of all names together; what is longer is nobody's template


class Shape(NamedTuple):
    """An object's names squashed, in their order and as a set, and which of them, as sent, are a secret's."""

    squashed: tuple[str, ...]
    told: frozenset[str]
    secret: frozenset[str]


def shape_of(document: Mapping[str, Any]) -> Shape:
    """The shape of one object; objects within it have their own."""
    names = tuple(document)
    return _known(names) if len("".join(names)) <= _LONGEST else _found(names)


def _found(names: tuple[str, ...]) -> Shape:
    squashed = tuple(squash(name) for name in names)
    return Shape(squashed, frozenset(squashed), frozenset(name for name in names if is_secret_name(name)))


_known = lru_cache(maxsize=_REMEMBERED)(_found)
