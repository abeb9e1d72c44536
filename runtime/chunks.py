"""Reads a chunked body as RFC 9112, section 7.1, writes it down and no other way: both engines' own readers guess.

What one reader forgives (`+5`, `5 garbage`, a bare line feed, two bytes too many behind a chunk) is where another sees
the next request.
"""

import re
from collections.abc import Callable
from typing import Any, NoReturn

from runtime.head import FIELD

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\0\r\n]*+)?\r\n")
SIZE_LINE_MOST = 1024
TRAILER_MOST, TRAILERS_MOST = 8192, 64


class BrokenBody(OSError):
    """The body is not as it was announced: nothing behind it on its connection can be read."""

    code, status = "body_cut", 400
    message = "The body did not arrive whole, or its chunks are broken."
    hint = "Send it again."


class Chunks:
    """The data of a chunked body that `reader`, a buffered file, is about to bring.

    `broken` is called before BrokenBody is raised for the first time, and must see to it that the connection ends.
    """

    def __init__(self, reader: Any, broken: Callable[[], None]) -> None:
        self._reader, self._broken = reader, broken
        self._left = 0  # of the chunk
        self._ended = self._is_broken = False

    def read(self, size: int | None = None) -> bytes:
        """So many bytes, or all; less only at the end. Raises BrokenBody."""
        return self._take(size, self._reader.read, whole_lines=False)

    def readline(self, size: int | None = None) -> bytes:
        """To the end of a line, a chunk's end or not. Raises BrokenBody."""
        return self._take(size, self._reader.readline, whole_lines=True)

    def _take(self, size: int | None, reader: Callable[[int], bytes], whole_lines: bool) -> bytes:
        if self._is_broken:
            self._break("it was broken before")
        wanted = -1 if size is None else size
        parts: list[bytes] = []
        while wanted and not self._ended:
            if self._left == 0:
                self._begin()
                continue
            part = reader(self._left if wanted < 0 else min(wanted, self._left))
            if not part:
                self._break("a chunk is cut")
            parts.append(part)
            wanted -= len(part) if wanted > 0 else 0
            self._left -= len(part)
            if self._left == 0 and self._reader.read(2) != b"\r\n":
                self._break("a chunk is longer than it says")
            if whole_lines and part.endswith(b"\n"):
                break
        return b"".join(parts)

    def _begin(self) -> None:
        found = _SIZE.fullmatch(self._reader.readline(SIZE_LINE_MOST))
        if found is None:
            self._break("a chunk's size can't be read")
        self._left = int(found[1], 16)
        if self._left == 0:
            self._trailers()
            self._ended = True

    def _trailers(self) -> None:
        """Nobody asks for these; they only have to be some."""
        for _ in range(TRAILERS_MOST):
            line = self._reader.readline(TRAILER_MOST)
            if line == b"\r\n":
                return
            if not FIELD.fullmatch(line):
                self._break("a trailer is no field")
        self._break("there are too many trailers")

    def _break(self, why: str) -> NoReturn:
        self._is_broken = True
        self._broken()
        raise BrokenBody(why)
