"""One WebSocket to the desk: opened with a token, read frame by frame, and able to be woken while it waits."""

from __future__ import annotations

import encodings.idna  # noqa: F401 - else the first look-up of a name imports it, and a fork just then breaks the child
import json
import selectors
import time
from typing import Any

import websocket

from broadcaster.desk import Desk
from broadcaster.errors import LineLost, Refused
from broadcaster.waking import Waker

AGENT = "User-Agent: signal-desk-broadcaster/0.1"
# The desk's own closing codes: no (longer a) valid login.
NOT_AUTHENTICATED = 4401


class Line:
    """Use as a context manager. Every method may raise LineLost; `receive` also Refused (wrong or revoked token)."""

    def __init__(self, desk: Desk, waker: Waker, *, timeout: float, **first: Any) -> None:
        """Connect and say who speaks. `first` goes along with the token (types, position…)."""
        self._waker = waker
        try:
            self._ws = websocket.create_connection(desk.socket_url, timeout=timeout, header=[AGENT])
        except (OSError, websocket.WebSocketException, ValueError) as error:
            raise LineLost(f"the desk at {desk.url} can't be reached: {error}") from error
        assert self._ws.sock is not None  # it has just connected
        self._sock = self._ws.sock
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._sock, selectors.EVENT_READ)
        self._selector.register(waker, selectors.EVENT_READ)
        try:
            self.send({"op": "auth", "token": desk.token, **first})
        except LineLost:
            self.close()
            raise

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, message: dict[str, Any] | bytes) -> None:
        """One message, encoded already or not."""
        text = message if isinstance(message, bytes) else json.dumps(message).encode()
        try:
            self._ws.send(text, websocket.ABNF.OPCODE_TEXT)
        except (OSError, websocket.WebSocketException) as error:
            raise LineLost(f"the connection ended: {error}") from error

    def receive(self, timeout: float, *, wakeful: bool = False) -> dict[str, Any] | None:
        """The next message; None when `wakeful` and woken. Silence for `timeout` seconds counts as a lost line."""
        deadline = time.monotonic() + timeout
        while True:
            if not self._pending():
                ready = self._selector.select(max(0.0, deadline - time.monotonic()))
                if not ready:
                    raise LineLost(f"the desk said nothing for {timeout:g} s")
                woken = any(key.fileobj is self._waker for key, _ in ready)
                if woken and wakeful:
                    self._waker.drain()
                    return None
                if woken and len(ready) == 1:
                    # Not to be heard now, but kept for later: look at the line alone for a moment.
                    self._wait_for_line(deadline - time.monotonic())
            opcode, payload = self._frame()
            if opcode == websocket.ABNF.OPCODE_TEXT:
                found = json.loads(payload)
                if isinstance(found, dict):
                    return found
            if wakeful:
                deadline = time.monotonic() + timeout  # a ping is a sign of life

    def _wait_for_line(self, seconds: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._sock, selectors.EVENT_READ)
            if not selector.select(max(0.0, seconds)):
                raise LineLost("the desk did not answer in time")

    def _pending(self) -> bool:
        """Under TLS a frame may have arrived already although the socket shows nothing."""
        pending = getattr(self._sock, "pending", None)
        return bool(pending and pending())

    def _frame(self) -> tuple[int, bytes]:
        try:
            opcode, payload = self._ws.recv_data(control_frame=True)
        except (OSError, websocket.WebSocketException) as error:
            raise LineLost(f"the connection ended: {error}") from error
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            code = int.from_bytes(payload[:2]) if len(payload) >= 2 else 1005
            reason = payload[2:].decode("utf-8", "replace")
            if code == NOT_AUTHENTICATED:
                raise Refused(
                    f"The desk refused the token ({reason}).",
                    code=reason if reason == "missing_scope" else "not_authenticated",
                    hint="Check SIGNAL_DESK_TOKEN and that the token was not revoked.",
                )
            raise LineLost(f"the desk closed the connection ({code} {reason})")
        return opcode, payload

    def close(self) -> None:
        """Let go at once: whatever matters was acknowledged, or is sent again."""
        self._selector.close()
        self._ws.settimeout(0.2)
        self._ws.close(timeout=0)
