"""How often a stream of alerts usually comes, learned from its own past, so that silence can be told from a pause."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from events.clock import parse_rfc3339, rfc3339
from trading.calendar import is_open, open_seconds
from trading.contracts import Calendar

INTERVALS_KEPT = 100
LEARNING_BELOW = 20  # intervals; fewer say nothing about a rhythm
SHORTEST_THRESHOLD_S = 300.0
MEDIANS, LONGESTS = 3.0, 1.5
# A source that was called silent and came back by itself has shown that it pauses. Ten random alerts a day for thirty
# days then raise a second false alarm in 0.3 % of runs; with 1.5 throughout it would be 8 %.
LONGESTS_ONCE_BACK = 2.5
SAME_ARRIVAL_S = 1.0  # alerts of one bar come together; the pause between them is no rhythm


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence that was told: since the last alert before it, until the first after it (None while it lasts)."""

    since: datetime
    threshold_s: float
    cadence_s: float
    until: datetime | None = None


@dataclass(slots=True)
class Cadence:
    """One stream (a source, or one symbol and interval of it). Seconds are of open market only."""

    source: str
    symbol: str | None
    interval: str | None
    calendar: Calendar
    count: int = 0
    last_at: datetime | None = None
    silence: Silence | None = None
    times_back: int = 0
    intervals: deque[float] = field(default_factory=lambda: deque(maxlen=INTERVALS_KEPT))
    changed: bool = True
    _figures: tuple[float, float] | None = None

    def arrived(self, at: datetime, listening_since: datetime | None) -> None:
        """An alert came. An interval that spans a time when nobody listened teaches nothing."""
        self.changed = True
        self.count += 1
        if self.silence is not None and self.silence.until is None and at > self.silence.since:
            told = self.silence
            self.silence = Silence(told.since, told.threshold_s, told.cadence_s, at)
        if self.last_at is not None:
            if at <= self.last_at:
                return
            if listening_since is None or self.last_at >= listening_since:
                seconds = open_seconds(self.calendar, self.last_at, at)
                if seconds >= SAME_ARRIVAL_S:
                    self.intervals.append(seconds)
                    self._figures = None
        self.last_at = at

    @property
    def learning(self) -> bool:
        return len(self.intervals) < LEARNING_BELOW

    @property
    def median_s(self) -> float | None:
        return self._both()[0] if self.intervals else None

    def threshold_s(self) -> float | None:
        """Seconds of open market without an alert that count as silence; None while learning."""
        if self.learning:
            return None
        middle, longest = self._both()
        return max(
            SHORTEST_THRESHOLD_S, MEDIANS * middle, (LONGESTS_ONCE_BACK if self.times_back else LONGESTS) * longest
        )

    def is_back(self) -> None:
        """Its silence was told to be over."""
        self.silence, self.changed = None, True
        self.times_back += 1

    def _both(self) -> tuple[float, float]:
        if self._figures is None:
            self._figures = (float(median(self.intervals)), max(self.intervals))
        return self._figures

    def status(self, now: datetime, *, expected: bool) -> str:
        """`never`, `silent`, `closed`, `learning` or `live`; `expected` when a cadence is set and none is learned."""
        if self.last_at is None:
            return "never"
        if self.silence is not None and self.silence.until is None:
            return "silent"
        if not is_open(self.calendar, now):
            return "closed"
        return "learning" if self.learning and not expected else "live"

    def state(self) -> dict[str, Any]:
        """Everything, as JSON values."""
        told = self.silence
        return {
            "calendar": self.calendar,
            "count": self.count,
            "last_at": _stamp(self.last_at),
            "times_back": self.times_back,
            "intervals": [round(seconds, 3) for seconds in self.intervals],
            "silence": None
            if told is None
            else {
                "since": _stamp(told.since),
                "threshold_s": told.threshold_s,
                "cadence_s": told.cadence_s,
                "until": _stamp(told.until),
            },
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Takes over a saved state; KeyError, TypeError or ValueError when it is not one of ours."""
        told = state["silence"]
        silence = told and Silence(
            parse_rfc3339(told["since"]), float(told["threshold_s"]), float(told["cadence_s"]), _read(told["until"])
        )
        count, last_at, intervals = int(state["count"]), _read(state["last_at"]), [float(s) for s in state["intervals"]]
        self.calendar = state["calendar"]
        self.count, self.last_at, self.silence = count, last_at, silence or None
        self.times_back = int(state["times_back"])
        self.intervals.extend(intervals)
        self.changed = False


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def _read(text: str | None) -> datetime | None:
    return None if text is None else parse_rfc3339(text)
