"""The same bytes to many wires, one try each: by fanout.c where set-up found a C compiler, by Python anywhere else.

scripts/compile.py made it. Its name has a hash of the source: what was made of another version is never loaded.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
from array import array
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.contract import Wire

SOURCE = Path(__file__).with_suffix(".c")
FOLDER = Path(__file__).parents[1] / "build"
log = logging.getLogger("runtime")
# The places of those wires that did not take everything, in their order, and how much they took: 0 after an error.
Missed = list[tuple[int, int]]
FanOut = Callable[["Collection[Wire]", bytes], Missed]


def by_python(wires: Collection[Wire], frames: bytes) -> Missed:
    """Anywhere. Never waits."""
    size = len(frames)
    missed: Missed = []
    for place, wire in enumerate(wires):
        try:
            took = wire.send(frames)
        except OSError:
            took = 0
        if took != size:
            missed.append((place, took))
    return missed


def compiled(folder: Path = FOLDER) -> FanOut | None:
    """A tenth faster, and other threads may run all the while; None, with a word in the log, where it was not made."""
    path = library(folder)
    try:
        fan_out = ctypes.CDLL(str(path)).fan_out
    except OSError as error:
        log.info("broadcasts go out by Python, a tenth slower: %s", error if path.exists() else "not compiled")
        return None
    size_t, pointer = ctypes.c_size_t, ctypes.c_void_p
    fan_out.argtypes = (pointer, size_t, size_t, ctypes.c_char_p, size_t, ctypes.POINTER(size_t))
    fan_out.restype = size_t

    def by_c(wires: Collection[Wire], frames: bytes) -> Missed:
        # Asked anew each time: a wire that was closed has no number, so never one that is somebody else's by now.
        numbers = array("i", [wire.fileno() for wire in wires])
        at, count = numbers.buffer_info()
        took = size_t()
        missed: Missed = []
        place = fan_out(at, 0, count, frames, len(frames), took)
        while place < count:
            missed.append((place, took.value))
            place = fan_out(at, place + 1, count, frames, len(frames), took)
        return missed

    return by_c


def library(folder: Path) -> Path:
    """Where it is, once it was made of this source."""
    return folder / f"fanout-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}.so"
