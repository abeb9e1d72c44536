"""The sending side of one WebSocket: whole frames only, one sender at a time, and a try that never blocks."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from web.gateway.messages import Text

# Longer than any frame takes on a line that still lives; a guard against waiting for a dead sender.
LOCK_SECONDS = 30.0


class Line:
    """Wraps an engine's green socket and its non-blocking socket underneath (`raw`; None: no direct sending).

    Also stands in for the socket inside simple-websocket, whose `send` would drop what the kernel did not take at once.
    """

    def __init__(self, green: Any, raw: Any) -> None:
        self._green, self._raw = green, raw
        self._busy = threading.Lock()
        self._broken = False
        # Whether the protocol above lets anything be sent yet, such as during an upgrade.
        self.ready: Callable[[], bool] | None = None
        # Told whenever `open` may have changed; must not yield.
        self.changed: Callable[[], None] | None = None

    @property
    def write(self) -> Callable[[bytes], int]:
        """The kernel's own non-blocking send, for who knows that the line is open."""
        write: Callable[[bytes], int] = self._raw.send
        return write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._green, name)

    def open(self) -> bool:
        """Whether a direct send may be tried now."""
        if self._raw is None or self._broken or self._busy.locked():
            return False
        return self.ready is None or self.ready()

    def try_send(self, frame: bytes) -> bytes | None:
        """Send without yielding: what is left (b"" when all went), or None when nothing went.

        When something is left the line stays held for it: hand it to `finish`.
        """
        if not self._busy.acquire(blocking=False):
            return None
        left: bytes | None = None
        try:
            sent = self._raw.send(frame)
            left = frame[sent:] if sent < len(frame) else b""
        except (BlockingIOError, InterruptedError):
            left = None
        except OSError:
            self._broken = True  # its reader will notice and end the client
            left = b""
        finally:
            if not left:
                self._busy.release()
        return left

    def hold(self) -> None:
        """Keep the line for the rest of a frame whose beginning is on the wire: see `finish`."""
        self._busy.acquire(blocking=False)

    def send(self, data: bytes) -> int:
        """Send all of it; yields while the client does not read. Raises OSError."""
        if not self._busy.acquire(timeout=LOCK_SECONDS):
            raise OSError("another sender holds the line")
        self._tell()
        return self.finish(data)

    def finish(self, data: bytes) -> int:
        """Send all of it on a line that is held already, and let it go. Raises OSError."""
        try:
            if self._broken:
                raise OSError("the line is broken")
            self._green.sendall(data)
        except OSError:
            self._broken = True
            raise
        finally:
            self._busy.release()
            self._tell()
        return len(data)

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()

    def send_text(self, text: Text) -> None:
        """Send a text's frame, or the rest of one. Raises OSError."""
        if text.holds:
            self.finish(text.frame)
        else:
            self.send(text.frame)

    def abort(self) -> None:
        """End both directions at once, so that a sender that is stuck wakes up."""
        self._broken = True
        self._tell()
        with contextlib.suppress(OSError):  # it was closed already
            (self._raw or self._green).shutdown(socket.SHUT_RDWR)
