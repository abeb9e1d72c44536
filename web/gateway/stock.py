"""For versions of the libraries that nobody read: their own queues, tasks and sockets, by documented names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from web.gateway.outbox import Outbox
from web.gateway.packets import Packet

if TYPE_CHECKING:
    from web.gateway.figures import Figure
    from web.gateway.outbox import TakeFigures


def mend(eio: Any) -> None:
    """Whole frames, where the library still keeps its socket where it did."""
    drivers: dict[str, Any] = getattr(eio, "_async", {})
    if drivers.get("websocket") is not None:
        eio._async = {**drivers, "websocket": _mended(drivers["websocket"])}


def _mended(stock: type[Any]) -> type[Any]:
    class Mended(stock):  # type: ignore[misc]
        def __init__(self, handler: Callable[[Any], Any], server: Any) -> None:
            super().__init__(lambda ws: handler(whole_sends(ws)), server)

    return Mended


def whole_sends(ws: Any) -> Any:
    """simple-websocket drops what the kernel does not take at once, such as the end of a snapshot."""
    inner = getattr(ws, "ws", ws)
    if getattr(inner, "sock", None) is not None:
        inner.sock = WholeSends(inner.sock)
    return ws


class WholeSends:
    """Stands in for the socket inside simple-websocket, whose tasks all send on it."""

    def __init__(self, green: Any) -> None:
        self._green = green
        self._one_at_a_time = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._green, name)

    def send(self, data: bytes) -> int:
        """All of it. Raises OSError."""
        with self._one_at_a_time:
            self._green.sendall(data)
        return len(data)


class StockOutbox(Outbox):
    """Hands each packet to the library's own queue at once."""

    def __init__(self, limit: int, send: Callable[[str], None]) -> None:
        super().__init__(limit, lambda: None)  # type: ignore[arg-type, return-value]
        self._hand = send

    def put(self, packet: Any, block: bool = True, timeout: float | None = None) -> None:
        del block, timeout
        if isinstance(packet, Packet) and not self.over:
            self.sent += len(packet.parts)
            self.owe(packet)

    def owe(self, packet: Packet) -> None:
        for part in packet.parts:
            if not self.over:
                self._hand(part.encode()[1:])  # without Engine.IO's own mark, which the library puts in front

    def follow_figures(self, take: TakeFigures) -> None:
        while self.shown is not None and not self.over:
            packet, self.shown = take(self.shown)
            if packet is not None:
                self.owe(packet)

    def leave_figures(self, newest: int) -> None:
        self.shown = newest

    def owe_figures(self, figures: Sequence[Figure], packet: Packet) -> None:
        del figures
        self.owe(packet)

    def clear(self) -> None:
        self.over = True
