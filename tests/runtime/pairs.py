"""Connections whose one end is a wire that no engine watches."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass

from runtime.wire import Wire

CHUNK = 1 << 16


class Alone(Wire):
    """Nobody waits for it or watches it."""

    __slots__ = ()

    def _wait_writable(self) -> None:
        raise NotImplementedError

    def _watch(self) -> None:
        raise NotImplementedError

    def _unwatch(self) -> None:
        raise NotImplementedError


@dataclass
class Pair:
    """A connection; `near` is the desk's end of it."""

    near: Wire
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
    far.settimeout(20)
    return Pair(Alone(near.detach(), set()), far)
