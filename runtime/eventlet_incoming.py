"""What arrives by a kept-alive connection under eventlet: the hub watches it from one request to the next.

eventlet's own socket asks the kernel to watch and to forget the connection again for every request.
"""

from __future__ import annotations

import io
from typing import Any

import greenlet
from eventlet import hubs


class Incoming(io.RawIOBase):
    """The raw end of a buffered reader; one task at a time reads.

    `rest` before the connection is taken over or closed. `alone`: nobody reads from it by another way.
    """

    def __init__(self, connection: Any) -> None:
        self._connection, self._recv_into = connection, connection.fd.recv_into
        self._listener: Any = None
        self._task: Any = None
        self.alone = True

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """So many bytes, yielding until some are there; 0 at the end; None when the socket was told never to wait."""
        while True:
            try:
                got: int = self._recv_into(buffer)
            except BlockingIOError:
                if self._connection.act_non_blocking:
                    return None
            except ConnectionError:
                return 0
            else:
                return got
            self._wait()

    def rest(self) -> None:
        """The hub forgets the connection."""
        listener, self._listener = self._listener, None
        if listener is not None:
            hubs.get_hub().remove(listener)

    def _wait(self) -> None:
        hub = hubs.get_hub()
        if self._listener is None:
            self._listener = hub.add(hub.READ, self._connection.fileno(), self._told, _lost, _nothing)
        self._task = greenlet.getcurrent()
        try:
            hub.switch()
        finally:
            self._task = None
            if not self.alone:
                self.rest()

    def _told(self, fileno: int) -> None:
        del fileno
        if self._task is not None:
            self._task.switch()
        else:
            self.rest()  # it came before anybody asked: the hub would say so again and again


def _lost(error: BaseException) -> None:
    raise RuntimeError("a connection was closed by somebody else") from error


def _nothing() -> None:
    """The hub tells so that a descriptor is another's now: the server closes only its own."""
