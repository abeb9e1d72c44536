"""Keeps the health book true across restarts and says aloud, once, when a source falls silent and when it is back."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Event
from typing import Any

import orjson

from events.clock import new_id, now_utc, parse_rfc3339, rfc3339
from events.errors import LeaseLost, NotStored
from events.journal import Change, Entry, Journal, Unit
from events.lease import Lease
from runtime import Runtime, Task
from signals import gaps
from signals.health import HealthBook

log = logging.getLogger("signals.gaps")

_SAVE = """
INSERT INTO source_health (source, symbol, interval, state, updated_at)
VALUES (:source, :symbol, :interval, :state, :at)
ON CONFLICT (source, symbol, interval) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
"""
# When somebody watched: outside of these times nobody knows whether a source was silent.
_WATCH = """
INSERT INTO watches (id, since, until) VALUES (:id, :since, :until)
ON CONFLICT (id) DO UPDATE SET until = excluded.until
"""
_LOAD = "SELECT source, symbol, interval, state FROM source_health"
_POSITION = ("", "", "")  # the row that says up to which fact the saved states count
_WHOLE = "*"  # in the columns symbol and interval: the source over all its symbols
_OLDEST_REPLAYED = 5_000  # facts; without a saved position the rhythm of longer ago is learned anew
_PAGE = 500


class GapDetector:
    """Owns no figures: it feeds the book from the journal, looks at it every few seconds and saves it now and then.

    Every process may `restore` its book; only one may look (the pipeline's), which is the one that holds the `lease`.
    `start` restores and begins; a host with its own rounds may instead call `restore` once and `look` every two seconds
    or so.
    """

    def __init__(
        self,
        journal: Journal,
        book: HealthBook,
        runtime: Runtime,
        *,
        now: Callable[[], datetime] = now_utc,
        check_seconds: float = 2.0,
        save_seconds: float = 60.0,
        lease: Lease | None = None,
    ) -> None:
        self._journal, self._book, self._runtime, self._now = journal, book, runtime, now
        self._check_seconds, self._save_seconds = check_seconds, save_seconds
        self._lease = lease
        self._saved_at: datetime | None = None
        self._watch = new_id()
        self._stopping = Event()
        self._task: Task | None = None

    def start(self) -> None:
        """Restores the book, then looks until `stop`."""
        self.restore()
        self._task = self._runtime.spawn(self._loop)

    def stop(self, timeout: float = 2.0) -> None:
        """Ends the loop and saves the book a last time."""
        self._stopping.set()
        if self._task is not None:
            self._task.join(timeout)
            self._task = None
        if self._is_mine():
            self.save()

    def restore(self) -> None:
        """Reads the saved book and every fact after it, then follows the journal. Call it once."""
        self._load()
        while (recent := self._journal.ring_after(self._book.seq)) is None:
            page = self._journal.after(self._book.seq, _PAGE)
            self._book.listen(page)
            if not page:
                break
        # Nothing yields from here to `listen`, so no fact is missed or taken twice.
        self._book.listen(recent or ())
        self._book.listening_since = self._now()
        self._journal.listen(self._book.listen)

    def look(self) -> Sequence[gaps.Gap]:
        """One look: journals what began or ended, and saves the book when it is due. Never raises NotStored."""
        now = self._now()
        found = gaps.check(self._book, now)
        if found:
            self._store(Unit(entries=[Entry(gap.fact(), once=True) for gap in found], changes=list(self._dirty())))
        elif self._saved_at is None or (now - self._saved_at).total_seconds() >= self._save_seconds:
            self.save()
        return found

    def save(self) -> None:
        """Writes what changed since the last time, and that it was watched until now."""
        self._store(Unit(changes=[*self._dirty(), *self._watched()]))
        self._saved_at = self._now()

    def _loop(self) -> None:
        while not self._stopping.wait(self._check_seconds):
            try:
                if self._is_mine():
                    self.look()
            except Exception:
                log.exception("the look for silent sources failed; the next one tries again")

    def _is_mine(self) -> bool:
        return self._lease is None or self._lease.held is not None

    def _store(self, unit: Unit) -> None:
        seq = self._book.seq
        if self._lease is not None:
            held = self._lease.held
            if held is None:
                return
            unit = replace(unit, lease=held)
        try:
            self._journal.append(unit)
        except LeaseLost:
            if self._lease is not None:
                self._lease.lost()
            return
        except NotStored:
            log.warning("the sources' health could not be stored; the next look tries again")
            return
        # A fact that came meanwhile has marked its stream again or will be read again from its position.
        if self._book.seq == seq:
            for book in self._book.books.values():
                book.changed = False
                for stream in book.streams():
                    stream.changed = False

    def _watched(self) -> Iterator[Change]:
        since = self._book.listening_since
        if since is not None:
            yield Change(_WATCH, {"id": self._watch, "since": rfc3339(since), "until": rfc3339(self._now())})

    def _dirty(self) -> Iterator[Change]:
        position = {"seq": self._book.seq, "epoch": self._journal.epoch}
        changed = False
        for name, book in self._book.books.items():
            for key, stream in book.series.items():
                if stream.changed:
                    changed = True
                    yield self._change((name, key[0] or "", key[1] or ""), stream.state())
            if book.changed or book.whole.changed:
                changed = True
                state = book.whole.state() | {
                    "lags": list(book.lags),
                    "arrivals": [rfc3339(at) for at in book.arrivals],
                    "rejects": dict(book.rejects),
                }
                yield self._change((name, _WHOLE, _WHOLE), state)
        if changed:
            yield self._change(_POSITION, position)

    def _change(self, key: tuple[str, str, str], state: dict[str, Any]) -> Change:
        source, symbol, interval = key
        saved = {"source": source, "symbol": symbol, "interval": interval, "state": orjson.dumps(state).decode()}
        return Change(_SAVE, saved | {"at": rfc3339(self._now())})

    def _load(self) -> None:
        rows = {(row["source"], row["symbol"], row["interval"]): row["state"] for row in self._journal.query(_LOAD)}
        position = _read(rows.pop(_POSITION, None))
        if position.get("epoch") != self._journal.epoch or not 0 <= position.get("seq", -1) <= self._journal.head:
            self._book.seq = max(0, self._journal.head - _OLDEST_REPLAYED)
            return
        self._book.seq = position["seq"]
        for (source, symbol, interval), text in rows.items():
            try:
                self._load_one(source, symbol, interval, _read(text))
            except (KeyError, TypeError, ValueError):
                log.warning("the saved health of %s %s can't be read; it is learned anew", source, symbol)

    def _load_one(self, source: str, symbol: str, interval: str, state: dict[str, Any]) -> None:
        if symbol != _WHOLE:
            self._book.stream(source, (symbol or None, interval or None)).restore(state)
            return
        book = self._book.book(source)
        book.whole.restore(state)
        book.lags.extend(state["lags"])
        book.arrivals.extend(parse_rfc3339(at) for at in state["arrivals"])
        book.rejects.update(state["rejects"])
        book.changed = False


def _read(text: str | None) -> dict[str, Any]:
    """A saved state, or an empty one when it is not one of ours."""
    try:
        state = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        return {}
    return state if isinstance(state, dict) else {}
