"""A taken connection under gevent: a watcher of the loop instead of a task that reads."""

from __future__ import annotations

from typing import Any

import gevent
from gevent.socket import wait_write

from runtime.wire import Wire

READ = 1


class GeventWire(Wire):
    """Implements runtime.contract.Wire."""

    __slots__ = ("_watcher",)

    def _wait_writable(self) -> None:
        wait_write(self._socket.fileno())

    def _watch(self) -> None:
        self._watcher: Any = gevent.get_hub().loop.io(self._socket.fileno(), READ)
        self._watcher.start(self._told)

    def _unwatch(self) -> None:
        self._watcher.stop()
        self._watcher.close()
        self._watcher = None
