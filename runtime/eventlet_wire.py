"""A taken connection under eventlet: a listener of the hub instead of a task that reads."""

from __future__ import annotations

from typing import Any

from eventlet import hubs

from runtime.wire import Wire


class EventletWire(Wire):
    """Implements runtime.contract.Wire."""

    __slots__ = ("_listener",)

    def _wait_writable(self) -> None:
        hubs.trampoline(self._socket.fileno(), write=True)

    def _watch(self) -> None:
        hub = hubs.get_hub()
        self._listener: Any = hub.add(hub.READ, self._socket.fileno(), self._told, _lost, _nothing)
        # It would keep the task that happened to ask, with all that this task knew.
        self._listener.greenlet = hub.greenlet

    def _unwatch(self) -> None:
        hubs.get_hub().remove(self._listener)
        self._listener = None


def _lost(error: BaseException) -> None:
    raise RuntimeError("a connection was closed by somebody else") from error


def _nothing() -> None:
    """The hub tells so that a descriptor is another's now: a wire closes only its own."""
