"""What is made by the thousand a second and never changed: mypy refuses to, and no instance pays for it.

Python's own `frozen=True` sets each field by `object.__setattr__`, which makes an object three times as dear, and an
alert brings some twenty.
"""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """A dataclass with slots whose fields are set when it is made and not after."""
    return dataclass(slots=True)(cls)
