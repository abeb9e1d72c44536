"""Connections whose one end is a wire that no engine watches."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass

from runtime.wire import Wire
from tests.support.patience import PATIENCE

CHUNK = 1 << 16


class Alone(Wire):
    """No engine watches it; whoever waits for it is there when it is closed. `asked` is how often its number was."""

    def __init__(self, fileno: int) -> None:
        super().__init__(fileno, set())
        self.asked = 0
        self._number, self.fileno = self.fileno, self._ask

    def _ask(self) -> int:
        self.asked += 1
        return self._number()

    def _wait_writable(self) -> None:
        self.close()

    def _watch(self) -> None:
        raise AssertionError("no engine is there to watch it")

    _unwatch = _watch


@dataclass
class Pair:
    """A connection; `near` is the desk's end of it."""

    near: Alone
    far: socket.socket

    def fill(self) -> int:
        """Until the kernel takes no more; how much it took."""
        filled = 0
        try:
            while True:
                filled += self.near.send(b"f" * CHUNK)
        except BlockingIOError:
            return filled

    def read(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            got += self.far.recv(size - len(got))
        return got


Pairs = Callable[[int], list[Pair]]


def pair() -> Pair:
    near, far = socket.socketpair()
    far.settimeout(PATIENCE)
    return Pair(Alone(near.detach()), far)
