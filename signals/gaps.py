"""Tells a silent source from a quiet market: a pure function of what was heard, the time and the market's hours."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from events.clock import parse_rfc3339, rfc3339
from events.envelope import Fact
from signals.cadence import Cadence, Silence
from signals.health import HealthBook, SourceSettings
from trading import calendar as market_hours
from trading.contracts import Calendar


class MarketHours(Protocol):
    """The calendar that the check asks."""

    def open_seconds(self, calendar: Calendar, a: datetime, b: datetime, /) -> float: ...


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence that begins (`until` is None) or ends. `expected_every_s` is the usual or the set cadence."""

    source: str
    symbol: str | None
    interval: str | None
    since: datetime
    until: datetime | None
    expected_every_s: float
    threshold_s: float
    missed: int | None

    @property
    def state(self) -> str:
        return "silent" if self.until is None else "recovered"

    def data(self) -> dict[str, Any]:
        """The data of a `signal_gap_alert`."""
        return {
            "source": self.source,
            "symbol": self.symbol,
            "interval": self.interval,
            "state": self.state,
            "since": rfc3339(self.since),
            "until": None if self.until is None else rfc3339(self.until),
            "expected_every_s": round(self.expected_every_s, 1),
            "threshold_s": round(self.threshold_s, 1),
            "missed": self.missed,
        }

    def fact(self) -> Fact:
        """The fact to journal. Its id is made from what it says, so that saying it twice stores it once."""
        what = " ".join(part for part in (self.source, self.symbol, self.interval) if part)
        if self.until is None:
            text = (
                f"{what}: silent since {rfc3339(self.since)}; usually an alert every {_spoken(self.expected_every_s)}"
            )
        else:
            text = (
                f"{what}: alerts again after {_spoken((self.until - self.since).total_seconds())}; missed {self.missed}"
            )
        return Fact(
            type="signal_gap_alert",
            source=self.source,
            symbol=self.symbol,
            level="WARNING" if self.until is None else "INFO",
            message=text,
            data=self.data(),
            id=self._id(),
        )

    def _id(self) -> str:
        """A UUIDv7 of `since` whose random part is a hash of the rest."""
        named = "|".join(str(part) for part in (self.source, self.symbol, self.interval, self.state, self.since))
        rest = int.from_bytes(hashlib.sha256(named.encode()).digest()[:10], "big")
        value = (int(self.since.timestamp() * 1000) << 80) | rest
        value = value & ~(0xF << 76) | (0x7 << 76)
        return str(UUID(int=value & ~(0x3 << 62) | (0x2 << 62)))


def check(book: HealthBook, now: datetime, hours: MarketHours = market_hours) -> list[Gap]:
    """The silences that begin or end now. Changes nothing: the book learns of them by their facts."""
    settings = book.settings()
    found: list[Gap] = []
    for name, health in book.books.items():
        found += [_recovery(stream, hours) for stream in health.streams() if _is_over(stream.silence)]
        own = settings.get(name)
        if _muted(own, now):
            continue
        expected = own.expected_every_s if own else None
        # A set cadence is the source's as a whole; a learned one belongs to each symbol and interval.
        streams: Iterator[Cadence] = iter((health.whole,)) if expected else iter(health.series.values())
        for stream in streams:
            gap = _silence(stream, expected, book.listening_since, now, hours)
            if gap is not None:
                found.append(gap)
    return found


def _silence(
    stream: Cadence, expected: float | None, listening_since: datetime | None, now: datetime, hours: MarketHours
) -> Gap | None:
    threshold = expected or stream.threshold_s()
    if stream.last_at is None or stream.silence is not None or threshold is None:
        return None
    # What came while this server was down is unknown, and unknown is not silent.
    heard = max(stream.last_at, listening_since) if listening_since is not None else stream.last_at
    if (now - heard).total_seconds() <= threshold:
        return None
    if hours.open_seconds(stream.calendar, heard, now) <= threshold:
        return None
    cadence = expected or stream.median_s or threshold
    return Gap(stream.source, stream.symbol, stream.interval, stream.last_at, None, cadence, threshold, None)


def _recovery(stream: Cadence, hours: MarketHours) -> Gap:
    told = stream.silence
    assert told is not None
    assert told.until is not None
    quiet = hours.open_seconds(stream.calendar, told.since, told.until)
    missed = max(0, round(quiet / max(told.cadence_s, 1.0)) - 1)
    return Gap(
        stream.source, stream.symbol, stream.interval, told.since, told.until, told.cadence_s, told.threshold_s, missed
    )


def _is_over(silence: Silence | None) -> bool:
    return silence is not None and silence.until is not None


def _muted(settings: SourceSettings | None, now: datetime) -> bool:
    return settings is not None and settings.muted_until is not None and now < parse_rfc3339(settings.muted_until)


def _spoken(seconds: float) -> str:
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.3g} {unit}"
    return f"{seconds:.3g} s"
