"""Old facts in today's words: the journal keeps what was written, and every reader sees the shape of today.

A type's model may change its shape; then its version in the catalogue rises by one, and one line here turns the data
of the version before into the next. Chains are walked step by step, so a step is never written twice.
"""

from collections.abc import Callable, Mapping
from typing import Any

from events.catalogue import TYPES

#: From one version's data to the next one's. Pure, and good for whatever that version's model let through.
Upcast = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: dict[tuple[str, int], Upcast] = {}


def version(type: str) -> int:
    """The version that facts of this type are written with today; 1 for a type that the catalogue does not know."""
    spec = TYPES.get(type)
    return 1 if spec is None else spec.version


def today(type: str, written: int, data: dict[str, Any]) -> dict[str, Any]:
    """The data of a fact that was written with version `written`, in today's shape.

    What a newer desk wrote stays as it is: on one database, an old process may still run beside it.
    """
    for step in range(written, version(type)):
        data = UPCASTERS[type, step](data)
    return data


def missing(types: Mapping[str, Any] = TYPES) -> list[tuple[str, int]]:
    """The steps that the catalogue's versions ask for and nobody wrote; a test keeps this empty."""
    return [
        (name, step) for name, spec in types.items() for step in range(1, spec.version) if (name, step) not in UPCASTERS
    ]
