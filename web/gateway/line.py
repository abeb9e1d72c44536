"""The sending side of one WebSocket: whole frames only, one sender at a time, and a try that never blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime import Wire
    from web.gateway.packets import Packet


class Line:
    """Sends on a wire. Cooperative: what does not yield needs no lock."""

    __slots__ = ("_broken", "_held", "changed", "wire")

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._held = self._broken = False
        # Told whenever `open` may have changed; must not yield.
        self.changed: Callable[[], None] | None = None

    def open(self) -> bool:
        """Whether a direct send may be tried now."""
        return not self._held and not self._broken

    def try_send(self, frame: bytes | memoryview) -> bytes | memoryview | None:
        """Send without yielding: what is left (b"" when all went), or None when nothing went.

        When something is left the line stays held for it: hand it to `finish`.
        """
        if self._held or self._broken:
            return None
        try:
            sent = self.wire.send(frame)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            self._broken = True  # its reader will notice and end the client
            return b""
        if sent == len(frame):
            return b""
        self._held = True
        return memoryview(frame)[sent:]

    def hold(self) -> None:
        """Keep the line for the rest of a frame whose beginning is on the wire: see `finish`."""
        self._held = True

    def send(self, data: bytes | memoryview) -> None:
        """Send all of it; yields while the client does not read. Raises OSError."""
        if self._held:
            raise OSError("another sender holds the line")
        self._held = True
        self._tell()
        self.finish(data)

    def finish(self, data: bytes | memoryview) -> None:
        """Send all of it on a line that is held already, and let it go. Raises OSError."""
        left = memoryview(data)
        try:
            while left:
                if self._broken:
                    raise OSError("the line is broken")
                try:
                    left = left[self.wire.send(left) :]
                except (BlockingIOError, InterruptedError):
                    self.wire.wait_writable()
        except OSError:
            self._broken = True
            raise
        finally:
            self._held = False
            self._tell()

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()

    def send_packet(self, packet: Packet) -> None:
        """Send its frames, or the rest of one. Raises OSError."""
        if packet.holds:
            self.finish(packet.frame)
        else:
            self.send(packet.frame)

    def abort(self) -> None:
        """End both directions at once, so that a sender that is stuck wakes up."""
        self._broken = True
        self._tell()
        self.wire.shutdown()
