"""How one thread tells another, which waits on a socket, that there is something to do."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading


class Waker:
    """Lets another thread interrupt a wait on a socket; a pair of sockets, because Windows selects nothing else."""

    def __init__(self) -> None:
        self._mine, self._theirs = socket.socketpair()
        self._mine.setblocking(False)
        self._theirs.setblocking(False)

    def fileno(self) -> int:
        return self._mine.fileno()

    def wake(self) -> None:
        """Interrupt the wait, now or the next one."""
        # A full pair holds enough calls already; a closed one has nobody left to wake.
        with contextlib.suppress(OSError):
            self._theirs.send(b"!")

    def drain(self) -> None:
        """Forget the calls so far."""
        with contextlib.suppress(BlockingIOError):
            while self._mine.recv(4096):
                continue

    def wait(self, seconds: float) -> None:
        """Sleep until woken."""
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.select(seconds)
        self.drain()

    def close(self) -> None:
        self._mine.close()
        self._theirs.close()


class Bell:
    """Wakes for a caller who must not wait: writing to a socket hands the interpreter's lock to whoever it wakes.

    Releasing a plain lock does not; so a thread that does nothing else stands between the two.
    """

    def __init__(self, waker: Waker) -> None:
        self._waker = waker
        self._lock = threading.Lock()
        self._lock.acquire()
        self._closed = False
        threading.Thread(target=self._stand_by, name="broadcaster bell", daemon=True).start()

    def ring(self) -> None:
        """Return at once; rings that come together are one."""
        with contextlib.suppress(RuntimeError):  # it rings already
            self._lock.release()

    def close(self) -> None:
        self._closed = True
        self.ring()

    def _stand_by(self) -> None:
        while not self._closed:
            self._lock.acquire()
            self._waker.wake()
