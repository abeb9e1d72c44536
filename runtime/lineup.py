"""Wires that get the same bytes, each under the name of its owner, and what fanout.c is given of them."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from runtime.contract import Wire

Owner = TypeVar("Owner")


class Closings:
    """How many wires were closed, ever. A number that was asked for before the last of them may be another's now.

    One count for the process, as the numbers are the process's: to ask each wire would take as long as its number does.
    """

    def __init__(self) -> None:
        self.count = 0


closings = Closings()


class Lineup(Generic[Owner]):
    """Wires in the order in which they came.

    Their numbers with the kernel are remembered, because to ask a hundred wires that nobody has touched for a while
    takes as long as five sends; until somebody comes or goes, or any wire anywhere is closed.
    """

    __slots__ = ("_at", "_entries", "_wires")

    def __init__(self) -> None:
        self._wires: dict[Owner, Wire] = {}
        self._entries: array[int] | None = None
        self._at = 0  # of `closings`, when the numbers were asked for

    def __len__(self) -> int:
        return len(self._wires)

    def __iter__(self) -> Iterator[Owner]:
        return iter(self._wires)

    @property
    def wires(self) -> Collection[Wire]:
        return self._wires.values()

    def add(self, owner: Owner, wire: Wire) -> None:
        self._entries = None
        self._wires[owner] = wire

    def discard(self, owner: Owner) -> None:
        """Harmless when it does not stand here."""
        if self._wires.pop(owner, None) is not None:
            self._entries = None

    def entries(self) -> array[int]:
        """As fanout.c's `struct entry`, one after the other: a wire's number, -1 once it is closed, then room for what
        it takes. For one pass: the next one writes into the same.
        """
        entries = self._entries
        if entries is None or self._at != closings.count:
            entries = array("q", bytes(16 * len(self._wires)))
            entries[::2] = array("q", [wire.fileno() for wire in self._wires.values()])
            self._entries, self._at = entries, closings.count
        return entries
