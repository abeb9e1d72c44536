"""What clients who come at the same instant share: one look at the state, and one encoding of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from events.envelope import Passing
from web.gateway.messages import snapshot_message

if TYPE_CHECKING:
    from web.gateway.messages import Message

# So old a state may be; its clients catch up from its seq as from their own.
STATE_SECONDS = 0.5


class Snapshot:
    """A state and its messages, each made when the first client needs it."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.epoch, self.seq = str(state["epoch"]), int(state["seq"])
        self._state = state
        self._messages: dict[str, Message] = {}

    def message(self, reason: str) -> Message:
        """For whoever starts over for that reason."""
        made = self._messages.get(reason)
        if made is None:
            data, said = {**self._state, "reason": reason}, f"snapshot ({reason})"
            passing = Passing(type="snapshot", key=reason, data=data, message=said, source="desk")
            made = self._messages[reason] = snapshot_message(passing)
        return made


class Snapshots:
    """`take` looks at the state and may yield; meanwhile everybody waits for that one look."""

    def __init__(self, take: Callable[[], dict[str, Any]]) -> None:
        self._take = take
        self._newest: Snapshot | None = None
        self._taken_at = 0.0
        self._one_at_a_time = threading.Lock()

    def fresh(self, least: int) -> Snapshot:
        """One that is not older than the seq that a client has."""
        with self._one_at_a_time:
            found = self._newest
            if found is None or time.monotonic() - self._taken_at > STATE_SECONDS or found.seq < least:
                began = time.monotonic()
                self._newest = None  # a look that fails leaves nothing that could pass for fresh
                found = Snapshot(self._take())
                self._newest, self._taken_at = found, began
            return found
