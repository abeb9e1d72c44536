"""The same bytes to many wires, one try each: by fanout.c where set-up compiled it, else by Python."""

from __future__ import annotations

import ctypes
import hashlib
import logging
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from runtime.lineup import Lineup

SOURCE = Path(__file__).with_suffix(".c")
FOLDER = Path(__file__).parents[1] / "build"
NAME = f"fanout-{sysconfig.get_platform()}"
# Below so many wires it takes longer to ask C than to do it.
FEW = 3
log = logging.getLogger("runtime")
# The places of those wires that did not take everything, in their order, and how much they took: 0 after an error.
Missed = list[tuple[int, int]]


class FanOut(Protocol):
    """Never waits. `language` is what it is written in."""

    language: str

    def __call__(self, lineup: Lineup[Any], frames: bytes) -> Missed: ...


class ByPython:
    """Runs anywhere."""

    language = "Python"

    def __call__(self, lineup: Lineup[Any], frames: bytes) -> Missed:
        size = len(frames)
        missed: Missed = []
        for place, wire in enumerate(lineup.wires):
            try:
                took = wire.send(frames)
            except OSError:
                missed.append((place, 0))
            else:
                if took != size:
                    missed.append((place, took))
        return missed


class ByC:
    """Faster, and other threads may run all the while. Raises OSError or AttributeError without a library."""

    language = "C"

    def __init__(self, folder: Path = FOLDER) -> None:
        self._few = ByPython()
        self._fan_out = ctypes.CDLL(str(library(folder))).fan_out
        pointer, size_t = ctypes.c_void_p, ctypes.c_size_t
        self._fan_out.argtypes = (pointer, size_t, ctypes.c_char_p, size_t)
        self._fan_out.restype = size_t

    def __call__(self, lineup: Lineup[Any], frames: bytes) -> Missed:
        if len(lineup) < FEW:
            return self._few(lineup, frames)
        entries = lineup.entries()
        size = len(frames)
        if not self._fan_out(entries.buffer_info()[0], len(lineup), frames, size):
            return []
        return [(place, max(0, took)) for place, took in enumerate(entries[1::2]) if took != size]


def fastest(folder: Path = FOLDER) -> FanOut:
    """By C where it was compiled, else by Python, with a word in the log."""
    try:
        return ByC(folder)
    except (OSError, AttributeError) as error:
        log.info("broadcasts go out by Python: C is faster, and `python -m scripts.compile` makes it (%s)", error)
        return ByPython()


def library(folder: Path) -> Path:
    """Where it is, once it was compiled for this system: of this very source, because its name has the source's hash.

    Raises OSError where there is no source.
    """
    source = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    return folder / f"{NAME}-{source}.so"
