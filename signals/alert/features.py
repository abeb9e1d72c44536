"""Collects the numbers that an alert carries beside its order, for the model."""

from __future__ import annotations

import re
from typing import Any

from signals.alert.fields import Fields
from signals.alert.limits import MAX_FEATURES
from signals.alert.numbers import quiet

_SPLIT = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")


def features_of(fields: Fields) -> dict[str, float]:
    """name -> value of every plain number that no other field claimed; the path is used where names clash."""
    found: dict[str, float] = {}
    for leaf in fields.leaves:
        if leaf.path in fields.used or isinstance(leaf.value, (bool, list)):
            continue
        value = _plain(leaf.value)
        if value is None:
            continue
        name = _snake(leaf.path[-1])
        if name in found:
            name = "_".join(_snake(part) for part in leaf.path)
        if name and name not in found and len(found) < MAX_FEATURES:
            found[name] = value
    return found


def _plain(value: Any) -> float | None:
    return quiet(value) if isinstance(value, (int, float)) or (isinstance(value, str) and len(value) <= 24) else None


def _snake(name: str) -> str:
    return "_".join(part.lower() for part in _SPLIT.split(name) if part)[:60]
