"""How each source is doing: when it last spoke, how late, how often, what was refused. Pure state, fed by facts.

Every figure comes from the journal's facts in their order, so a restart that reads them again arrives at the same book.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from events.clock import parse_rfc3339, rfc3339
from events.envelope import Fact
from signals.cadence import Cadence, Silence
from trading.instruments import instrument

MAX_SERIES = 500  # per source; the one that spoke longest ago makes room
SERIES_SHOWN = 50
LAGS_KEPT, ARRIVALS_KEPT, CODES_KEPT = 200, 600, 50
RATE_WINDOW = timedelta(minutes=5)
OTHER_CODES = "other"

Key = tuple[str | None, str | None]


class SourceSettings(Protocol):
    """What a source's owner may set."""

    @property
    def name(self) -> str: ...
    @property
    def expected_every_s(self) -> float | None: ...
    @property
    def muted_until(self) -> str | None: ...


@dataclass(slots=True)
class SourceHealth:
    """One source: `whole` is its rhythm over all symbols, `series` that of each symbol and interval."""

    name: str
    whole: Cadence
    series: dict[Key, Cadence] = field(default_factory=dict)
    lags: deque[float] = field(default_factory=lambda: deque(maxlen=LAGS_KEPT))
    arrivals: deque[datetime] = field(default_factory=lambda: deque(maxlen=ARRIVALS_KEPT))
    rejects: Counter[str] = field(default_factory=Counter)
    changed: bool = True

    def streams(self) -> Iterator[Cadence]:
        yield self.whole
        yield from self.series.values()


class HealthBook:
    """The book of all sources. `sources` gives their settings (`Sources.list`); without it only what spoke is known."""

    def __init__(self, sources: Callable[[], Iterable[SourceSettings]] = tuple) -> None:
        self.seq = 0
        self.listening_since: datetime | None = None
        self.books: dict[str, SourceHealth] = {}
        self._settings = sources

    def observe(self, fact: Fact) -> None:
        """Takes a fact in. One that was seen before (by `seq`) changes nothing."""
        if fact.seq is not None:
            if fact.seq <= self.seq:
                return
            self.seq = fact.seq
        take = {"signal_received": self._received, "signal_rejected": self._rejected, "signal_gap_alert": self._gap}
        if (known := take.get(fact.type)) is not None:
            known(fact, fact.data)

    def listen(self, facts: Iterable[Fact]) -> None:
        """The journal's callback; never yields."""
        for fact in facts:
            self.observe(fact)

    def settings(self) -> dict[str, SourceSettings]:
        return {source.name: source for source in self._settings()}

    def table(self, now: datetime) -> list[dict[str, Any]]:
        """One `webhook_health_update` per source, those that never spoke included."""
        settings = self.settings()
        names = [*settings, *(name for name in self.books if name not in settings)]
        return [self._line(name, settings.get(name), now) for name in names]

    def book(self, name: str) -> SourceHealth:
        """The source's page, a new one when it has none."""
        if name not in self.books:
            self.books[name] = SourceHealth(name, Cadence(name, None, None, "always"))
        return self.books[name]

    def stream(self, name: str, key: Key, exchange: str | None = None) -> Cadence:
        """The rhythm of one symbol and interval, a new one when it has none."""
        series = self.book(name).series
        if key not in series:
            if len(series) >= MAX_SERIES:
                del series[min(series, key=lambda k: _last(series[k]))]
            calendar = instrument(key[0], exchange).calendar if key[0] else "always"
            series[key] = Cadence(name, key[0], key[1], calendar)
        return series[key]

    def _received(self, fact: Fact, data: Mapping[str, Any]) -> None:
        if data.get("test") or (data.get("extra") or {}).get("backfilled"):
            return  # neither a dry run nor an old log says that the alert is alive
        name = str(data.get("source") or fact.source)
        at = parse_rfc3339(data["received_at"])
        book = self.book(name)
        stream = self.stream(name, (data.get("symbol"), data.get("interval")), data.get("exchange"))
        stream.arrived(at, self.listening_since)
        book.whole.calendar = stream.calendar  # a source's hours are those of what it spoke of last
        book.whole.arrived(at, self.listening_since)
        book.arrivals.append(at)
        lag = data.get("lag_ms")
        if isinstance(lag, int | float):
            book.lags.append(float(lag))
        book.changed = True

    def _rejected(self, fact: Fact, data: Mapping[str, Any]) -> None:
        book = self.book(str(data.get("source") or fact.source))
        code = str(data.get("code"))
        book.rejects[code if code in book.rejects or len(book.rejects) < CODES_KEPT else OTHER_CODES] += 1
        book.changed = True

    def _gap(self, fact: Fact, data: Mapping[str, Any]) -> None:
        if fact.origin != "desk":
            return
        book, key = self.book(str(data["source"])), (data.get("symbol"), data.get("interval"))
        streams = [book.series[key]] if key in book.series else []
        if key == (None, None):
            streams.append(book.whole)
        since = parse_rfc3339(data["since"])
        for stream in streams:
            stream.changed = True
            if data["state"] == "recovered":
                stream.is_back()
            elif stream.silence is None:
                # An alert may have come between the look and the commit: then the silence is over already.
                over = stream.last_at if stream.last_at is not None and stream.last_at > since else None
                stream.silence = Silence(
                    since, float(data["threshold_s"]), float(data["expected_every_s"] or data["threshold_s"]), over
                )

    def _line(self, name: str, settings: SourceSettings | None, now: datetime) -> dict[str, Any]:
        book = self.books.get(name) or SourceHealth(name, Cadence(name, None, None, "always"))
        expected = settings.expected_every_s if settings else None
        streams = sorted(book.series.values(), key=lambda s: s.last_at or now, reverse=True)
        lags = sorted(book.lags)
        return {
            "source": name,
            "last_at": _stamp(book.whole.last_at),
            "status": _overall(book, streams, now, expected),
            "median_s": _figure(book.whole.median_s),
            "threshold_s": _figure(expected or book.whole.threshold_s()),
            "expected_every_s": expected,
            "muted_until": settings.muted_until if settings else None,
            "count": book.whole.count,
            "rate_per_min": _rate(book.arrivals, now),
            "lag_p50_ms": _quantile(lags, 0.5),
            "lag_p95_ms": _quantile(lags, 0.95),
            "rejects": dict(book.rejects),
            "series": [
                {
                    "symbol": stream.symbol,
                    "interval": stream.interval,
                    "last_at": _stamp(stream.last_at),
                    "count": stream.count,
                    "median_s": _figure(stream.median_s),
                    "status": stream.status(now, expected=expected is not None),
                }
                for stream in streams[:SERIES_SHOWN]
            ],
        }


def _overall(book: SourceHealth, streams: list[Cadence], now: datetime, expected: float | None) -> str:
    """What needs a look comes first: one silent symbol makes its source silent."""
    if expected is not None or not streams:
        return book.whole.status(now, expected=expected is not None)
    found = {stream.status(now, expected=False) for stream in streams}
    return next(status for status in ("silent", "live", "learning", "closed") if status in found)


def _rate(arrivals: deque[datetime], now: datetime) -> float:
    recent = [at for at in arrivals if at > now - RATE_WINDOW]
    # When more came than are kept, the rate is that of the time which the kept ones span.
    full = len(recent) == arrivals.maxlen
    minutes = (now - recent[0]).total_seconds() / 60 if full else RATE_WINDOW.total_seconds() / 60
    return round(len(recent) / max(minutes, 1 / 60), 2)


def _quantile(ordered: list[float], q: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(q * len(ordered)))], 1) if ordered else None


def _figure(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def _stamp(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def _last(stream: Cadence) -> float:
    return stream.last_at.timestamp() if stream.last_at is not None else 0.0
