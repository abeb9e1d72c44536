"""A connection that outlives its request: the application took it over, and it costs no task while nothing comes."""

from __future__ import annotations

import _socket
import contextlib
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from runtime.lineup import closings


class Wires(Protocol):
    """Where a server counts them."""

    def add(self, wire: Wire, /) -> None: ...

    def discard(self, wire: Wire, /) -> None: ...


class Wire(ABC):
    """Implements runtime.contract.Wire but for the watching, which is the engine's."""

    __slots__ = ("_closed", "_readable", "_socket", "_waited_for", "_wires", "early", "fileno", "send")

    def __init__(self, fileno: int, wires: Wires, early: bytes = b"") -> None:
        self.early = early
        # The kernel's socket without Python's or the engine's own around it: nobody else reads, waits or closes.
        self._socket = _socket.socket(fileno=fileno)
        self._socket.setblocking(False)
        self.fileno: Callable[[], int] = self._socket.fileno
        self.send: Callable[[bytes | memoryview], int] = self._socket.send
        self._readable: Callable[[], None] | None = None
        self._waited_for = self._closed = False
        self._wires = wires
        wires.add(self)

    def recv(self, most: int) -> bytes:
        return self._socket.recv(most)

    def watch(self, readable: Callable[[], None]) -> None:
        if self._closed:
            return
        if self._readable is None:
            self._watch()
        self._readable = readable

    def rest(self) -> None:
        if self._readable is not None:
            self._readable = None
            self._unwatch()

    def wait_writable(self) -> None:
        self._waited_for = True
        try:
            self._wait_writable()
        finally:
            self._waited_for = False
            if self._closed:
                self._give_back()

    def shutdown(self) -> None:
        with contextlib.suppress(OSError):  # the other end was quicker
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.rest()
        self._closed = True
        self._wires.discard(self)
        if self._waited_for:
            self.shutdown()  # closed at once, it would never wake up, or on another's connection
        else:
            self._give_back()

    def _give_back(self) -> None:
        try:
            self._socket.close()
        finally:  # whatever became of it, its number may be another's from now on
            closings.count += 1

    @abstractmethod
    def _wait_writable(self) -> None:
        """Yield until the kernel takes more, or the connection ended."""

    @abstractmethod
    def _watch(self) -> None:
        """Have the engine call `_told` whenever there is something to read."""

    @abstractmethod
    def _unwatch(self) -> None:
        """Undo `_watch`."""

    def _told(self, *_: object) -> None:
        # An engine may have gathered this call before the watching ended.
        if self._readable is not None:
            self._readable()
