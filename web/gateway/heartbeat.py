"""The regular rounds: heartbeats in the clients' own queues, and an eye on sockets that never say who they are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from events.clock import now_utc, rfc3339
from events.envelope import Passing
from web.gateway.messages import Message

if TYPE_CHECKING:
    from web.gateway.gateway import Gateway

ROUND_SECONDS = 1.0
# So many clients get theirs before others have a turn: five thousand at once would be 50 ms.
AT_ONCE = 200


class Heartbeat:
    """`run` blocks until `stop`."""

    def __init__(self, gateway: Gateway, seconds: float) -> None:
        self._gateway, self._seconds = gateway, seconds
        self._running = False

    def run(self) -> None:
        self._running = True
        pause = min(ROUND_SECONDS, self._seconds / 2)
        due = time.monotonic() + self._seconds
        while self._running:
            self._gateway.runtime.sleep(pause)
            if time.monotonic() >= due:
                due = time.monotonic() + self._seconds
                self.beat()
            self._gateway.sweep()

    def stop(self) -> None:
        self._running = False

    def beat(self) -> None:
        """One to everybody who is joined. It says how far the journal was considered when it was queued."""
        everyone = list(self._gateway.rooms.everyone())
        for start in range(0, len(everyone), AT_ONCE):
            message = self.message()
            for client in everyone[start : start + AT_ONCE]:
                if client.joined:
                    client.send(message)
            self._gateway.runtime.sleep(0)

    def message(self) -> Message:
        seq = self._gateway.considered
        data = {"epoch": self._gateway.desk.journal.epoch, "seq": seq, "server_time": rfc3339(now_utc())}
        return Message(
            Passing(type="heartbeat", key="heartbeat", data=data, message=f"at {seq}", source="desk").envelope()
        )
