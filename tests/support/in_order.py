"""A Socket.IO client that takes messages one after the other: the library hands each to a thread of its own, so which
of two is taken first is chance."""

from typing import Any

import engineio
import socketio


class _Engine(engineio.Client):  # type: ignore[misc]
    def _trigger_event(self, event: str, *args: Any, **how: Any) -> Any:
        return super()._trigger_event(event, *args, **how | {"run_async": False})


class InOrderClient(socketio.Client):  # type: ignore[misc]
    """As `socketio.Client`; a handler must not wait for another message."""

    def _engineio_client_class(self) -> type[engineio.Client]:
        return _Engine
