"""The three ways a page holds a live line to the desk, with one face: what came, and when the server ended it."""

import json
import threading
import time
from typing import Any

import socketio
import websocket

from tests.support.in_order import InOrderClient
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer

KINDS = ("ws", "websocket", "polling")
REFUSED = (websocket.WebSocketBadStatusException, socketio.exceptions.ConnectionError)


class Line:
    """`kind` is `ws`, or Socket.IO's `websocket` or `polling`. Raises one of REFUSED when it is not let in.

    A `ws` line with a token is let in first and told afterwards: it then ends without an event. `events` collects what
    comes, also for a line that is refused in the end.
    """

    def __init__(
        self,
        kind: str,
        server: DeskServer,
        *,
        cookies: str = "",
        origin: str | None = None,
        token: str | None = None,
        events: list[dict[str, Any]] | None = None,
    ) -> None:
        self.kind = kind
        self.events: list[dict[str, Any]] = [] if events is None else events
        self.ended_at: float | None = None
        self._ended = threading.Event()
        headers = {"Cookie": cookies} if cookies else {}
        if kind == "ws":
            url = f"ws://127.0.0.1:{server.port}/ws"
            self._socket = websocket.create_connection(
                url, timeout=PATIENCE, header=headers, origin=origin, suppress_origin=origin is None
            )
            if token is not None:
                self._socket.send(json.dumps({"op": "auth", "token": token}))
            threading.Thread(target=self._read, daemon=True).start()
        else:
            # Without the option the library would send an Origin of its own beside ours.
            self._client = InOrderClient(reconnection=False, websocket_extra_options={"suppress_origin": True})
            self._client.on("*", lambda _, data=None: self.events.append(data))
            self._client.on("disconnect", self._end)
            headers |= {"Origin": origin} if origin else {}
            auth = {"token": token} if token is not None else None
            self._client.connect(server.url, headers=headers, auth=auth, transports=[kind], wait_timeout=PATIENCE)

    def _read(self) -> None:
        try:
            while text := self._socket.recv():
                self.events.append(json.loads(text))
        except (OSError, websocket.WebSocketException):
            self._end()
        else:
            self._end()

    def _end(self, *_: object) -> None:
        self.ended_at = time.monotonic()
        self._ended.set()

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events if event.get("seq") is not None]

    def wait_joined(self, seconds: float = PATIENCE) -> "Line":
        deadline = time.monotonic() + seconds
        while not any(event.get("type") == "snapshot" for event in self.events):
            assert time.monotonic() < deadline, f"{self.kind} never got its snapshot"
            time.sleep(0.01)
        return self

    def wait_ended(self, seconds: float) -> float:
        """When it ended, in monotonic seconds."""
        assert self._ended.wait(seconds), f"{self.kind} was still open after {seconds} s"
        assert self.ended_at is not None
        return self.ended_at

    def close(self) -> None:
        if self.kind == "ws":
            self._socket.close()
        elif self._client.connected:
            self._client.disconnect()
