"""A progress bar for long commands, on standard error, and quiet where nobody watches."""

import sys
from time import monotonic
from typing import TextIO

WIDTH = 30
REDRAW_S = 0.1


class Progress:
    """`done` of `total`; drawn over itself on a terminal, not at all elsewhere."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._total, self._began, self._drawn = total, monotonic(), 0.0
        self._shown = self._stream.isatty()

    def tell(self, done: int) -> None:
        now = monotonic()
        if not self._shown or (now - self._drawn < REDRAW_S and done < self._total):
            return
        self._drawn = now
        filled = WIDTH * done // max(self._total, 1)
        rate = done / max(now - self._began, 0.001)
        left = (self._total - done) / rate if rate > 0 else 0.0
        bar = "█" * filled + "░" * (WIDTH - filled)
        self._stream.write(f"\r{bar} {done:,}/{self._total:,}  {rate:,.0f}/s  {left:,.0f} s left  ")
        self._stream.flush()

    def end(self) -> None:
        if self._shown:
            self._stream.write("\n")
            self._stream.flush()
