"""Wires that get the same bytes, each under the name of its owner, and their numbers with the kernel."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from runtime.contract import Wire

Owner = TypeVar("Owner")


class Closings:
    """How many wires were closed, ever. A number that was asked for before the last of them may be another's by now."""

    def __init__(self) -> None:
        self.count = 0


closings = Closings()


class Lineup(Generic[Owner]):
    """In the order in which they came.

    The numbers are remembered, because to ask a hundred wires that nobody has touched for a while takes as long as five
    sends; until somebody comes or goes, or any wire anywhere is closed.
    """

    __slots__ = ("_at", "_numbers", "_wires")

    def __init__(self) -> None:
        self._wires: dict[Owner, Wire] = {}
        self._numbers: array[int] | None = None
        self._at = 0  # of `closings`, when the numbers were asked for

    def __len__(self) -> int:
        return len(self._wires)

    def __iter__(self) -> Iterator[Owner]:
        return iter(self._wires)

    @property
    def wires(self) -> Collection[Wire]:
        return self._wires.values()

    def add(self, owner: Owner, wire: Wire) -> None:
        self._numbers = None
        self._wires[owner] = wire

    def discard(self, owner: Owner) -> None:
        """Harmless when it does not stand here."""
        self._numbers = None
        self._wires.pop(owner, None)

    def numbers(self) -> array[int]:
        """What the kernel calls them, in their order; -1 for one that is closed. Not to be kept."""
        numbers = self._numbers
        if numbers is None or self._at != closings.count:
            numbers = self._numbers = array("i", [wire.fileno() for wire in self._wires.values()])
            self._at = closings.count
        return numbers
