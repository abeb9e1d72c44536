"""The playbacks under way: one a client, so many a process; begun and steered by messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from web.gateway.errors import BadMessage, TooMany
from web.gateway.pace import Pace
from web.gateway.past import event_filter, seq_of
from web.gateway.playback import Playback

if TYPE_CHECKING:
    from events.journal import Journal
    from runtime import Runtime
    from web.gateway.client import Client

SLOWEST, FASTEST = 0.1, 1000.0
STEPS_MOST = 10_000
ACTIONS = ("pause", "resume", "speed", "step", "seek", "stop")


class Playbacks:
    """`most` at once in this process; `per_second` facts each; `idle_seconds` is how long one may stand still."""

    def __init__(
        self, journal: Journal, runtime: Runtime, *, most: int, per_second: float, idle_seconds: float
    ) -> None:
        self._journal, self._runtime = journal, runtime
        self._most, self._per_second, self._idle_seconds = most, per_second, idle_seconds
        self._running: dict[str, Playback] = {}

    @property
    def running(self) -> int:
        return len(self._running)

    def start(self, client: Client, data: Mapping[str, Any]) -> dict[str, Any]:
        """Begin one, of the facts from `from` to `to` (seqs, or times). Raises BadMessage, BadQuery."""
        if client.id in self._running:
            raise BadMessage("playback_running", "A playback runs already.", 'Stop it first: {"action": "stop"}.')
        if len(self._running) >= self._most:
            hint = f"At most {self._most} at once (PLAYBACKS): try again when one has ended."
            raise TooMany("too_many_playbacks", "Too many playbacks run.", hint, retry_after=10.0)
        speed = number(data, "speed", 1.0, SLOWEST, FASTEST)
        gap = number(data, "max_gap_s", 0.0, 0.0, 86_400.0)
        paused = data.get("paused", False)
        if not isinstance(paused, bool):
            raise BadMessage("bad_playback", "`paused` is neither true nor false.", "true begins step by step.")
        made = event_filter(data)  # looked at before the slot is taken, because nothing of it waits
        begun = Playback(
            client,
            self._journal,
            self._runtime,
            made,
            Pace(speed, gap or None),
            per_second=self._per_second,
            idle_seconds=self._idle_seconds,
            paused=paused,
        )
        self._running[client.id] = begun
        try:
            begun.cover(*self._period(data))
            begun.load()
        except BaseException:
            del self._running[client.id]
            raise
        self._runtime.spawn(self._run, client.id, begun)
        return {"playback": begun.describe()}

    def _period(self, data: Mapping[str, Any]) -> tuple[int, int]:
        head = self._journal.head
        # What was archived can't be played: it begins with the oldest fact that is kept, and its frame says so.
        first = max(self._journal.first(), seq_of(self._journal, data, "from", 1))
        last = min(head, seq_of(self._journal, data, "to", head))
        if first > last + 1:
            raise BadMessage("bad_playback", "The period ends before it begins.", "Give the earlier place as `from`.")
        return first, last

    def _run(self, client_id: str, begun: Playback) -> None:
        try:
            begun.run()
        finally:
            self._running.pop(client_id, None)

    def control(self, client: Client, data: Mapping[str, Any]) -> dict[str, Any]:
        """Steer the client's own. Raises BadMessage."""
        running = self._running.get(client.id)
        if running is None:
            raise BadMessage("no_playback", "No playback runs on this connection.", "`playback` begins one.")
        action = data.get("action")
        if action == "pause":
            running.pause()
        elif action == "resume":
            running.resume()
        elif action == "speed":
            running.set_speed(number(data, "speed", 1.0, SLOWEST, FASTEST))
        elif action == "step":
            running.step(int(number(data, "n", 1, 1, STEPS_MOST)))
        elif action == "seek":
            running.seek(self._place(running, data))
        elif action == "stop":
            running.stop()
        else:
            raise BadMessage("bad_playback", "There is no such action.", f"One of {', '.join(ACTIONS)}.")
        return {"playback": running.describe()}

    def _place(self, running: Playback, data: Mapping[str, Any]) -> int:
        if data.get("to") is None:
            raise BadMessage("bad_playback", "`to` is missing.", "A seq or a time of the period.")
        return max(running.first, min(seq_of(self._journal, data, "to", 1), running.last + 1))


def number(data: Mapping[str, Any], field: str, otherwise: float, least: float, most: float) -> float:
    """A number of a message. Raises BadMessage."""
    value = data.get(field, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadMessage("bad_playback", f"`{field}` can't be used.", f"A number from {least:g} to {most:g}.")
    return float(value)
