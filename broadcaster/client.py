"""The publisher that a script holds: `broadcast_event` returns at once, whatever the desk or the network does."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import weakref
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from broadcaster.buffer import Buffer
from broadcaster.desk import find_desk
from broadcaster.disk import DiskLog
from broadcaster.errors import BroadcasterError, NoToken
from broadcaster.item import make_item
from broadcaster.marks import stamp
from broadcaster.sender import Sender, Tally
from broadcaster.waking import Bell, Waker

log = logging.getLogger("broadcaster")
# What a line of activity may be; any other `event_type` is sent as the event type of that name.
ACTIVITIES = ("scan", "strategy", "order", "profit", "rebalance", "info", "warning", "error")


@dataclass(frozen=True)
class Stats:
    """`waiting`: not acknowledged yet; `dropped`: pushed out of a full buffer; `refused`: the desk said no for good."""

    connected: bool
    waiting: int
    sent: int
    refused: int
    dropped: int
    connections: int
    last_error: str | None


class Broadcaster:
    """Nothing here raises into a trading script once it is made; what goes wrong is logged under `broadcaster`, once.

    `buffer_path` keeps unacknowledged events on disk for the script's next run; `capacity` bounds them;
    `exit_seconds` is what a script that ends gives its last events.
    """

    def __init__(
        self,
        source: str | None = None,
        *,
        url: str | None = None,
        token: str | None = None,
        buffer_path: str | os.PathLike[str] | None = None,
        capacity: int = 10_000,
        answer_seconds: float = 10.0,
        exit_seconds: float = 3.0,
    ) -> None:
        self.source = source or default_source()
        self._made_with = (url, token, capacity, answer_seconds)
        self._exit_seconds = exit_seconds
        self._closed = False
        self._begin(self._open_disk(buffer_path))
        _living.add(self)

    def _open_disk(self, path: str | os.PathLike[str] | None) -> DiskLog | None:
        try:
            return DiskLog(path) if path is not None else None
        except OSError as error:
            log.error("%s can't be used as a buffer (%s): events are kept in memory only", path, error)
            return None

    def _begin(self, disk: DiskLog | None) -> None:
        url, token, capacity, answer_seconds = self._made_with
        self._waker = Waker()
        self._bell = Bell(self._waker)
        self._buffer = Buffer(capacity, disk, self._bell.ring)
        self._sender: Sender | None = None
        self._trouble: str | None = None
        try:
            desk = find_desk(url, token)
            if not desk.token:
                raise NoToken
        except BroadcasterError as error:
            self._trouble = str(error)
            log.error("%s The script goes on; its events are not sent.", error)
            return
        self._sender = Sender(desk, self._buffer, self._waker, self.source, answer_seconds)
        self._sender.start()

    def broadcast_event(self, event_type: str, message: str, level: str | int = "INFO", **fields: Any) -> None:
        """Say what happened: `event_type` is one of ACTIVITIES, or the name of another event type with its fields.

        Returns at once and never raises. `ticker` or `symbol` among the fields lets others follow by symbol.
        """
        self.broadcast(event_type, message, level, fields)

    def broadcast(self, event_type: str, message: str, level: str | int, fields: dict[str, Any]) -> None:
        """The same with the fields as a dict, for names that are not Python's (`from`) or that arguments have."""
        if event_type in ACTIVITIES:
            self.publish("event", {"at": stamp(), **fields, "event_type": event_type}, message, level)
        else:
            self.publish(event_type, fields, message, level)

    def publish(
        self, type_: str, data: dict[str, Any], message: str, level: str | int = "INFO", *, key: str | None = None
    ) -> None:
        """An event of any type; with `key` only the newest of that key is kept until it is sent."""
        if self._closed:
            log.error("an event came after close(): it is not sent (%s)", str(message)[:200])
            return
        try:
            item = make_item(type_, data, message, self.source, level, key=key)
        except Exception as error:  # noqa: BLE001 - whatever a script hands in, it must go on
            log.error("an event can't be sent: %s (%s)", error, str(message)[:200])
            return
        self._buffer.add(item)

    def flush(self, timeout: float | None = 5.0) -> bool:
        """Wait until everything so far was acknowledged; False when `timeout` seconds did not suffice, or no token."""
        if self._sender is None:
            return not len(self._buffer)
        return self._buffer.wait_empty(timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Flush, then let go; harmless twice. False when something was left (on disk, if there is a buffer_path)."""
        if self._closed:
            return not len(self._buffer)
        flushed = self.flush(timeout)
        self._closed = True
        if not flushed:
            log.warning("%d events were not delivered before the end", len(self._buffer))
        if self._sender is not None:
            self._sender.stop(1.0)
        self._buffer.close()
        self._bell.close()
        self._waker.close()
        return flushed

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def stats(self) -> Stats:
        """How it stands now."""
        tally = self._sender.tally if self._sender else Tally(last_error=self._trouble)
        return Stats(
            tally.connected,
            len(self._buffer),
            tally.sent,
            tally.refused,
            self._buffer.dropped.total(),
            tally.connections,
            tally.last_error,
        )

    def __enter__(self) -> Broadcaster:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def at_exit(self) -> None:
        """The script ends: its last events get a moment, if the desk is there at all."""
        self.close(self._exit_seconds)

    def after_fork(self) -> None:
        """A forked child has no sender thread, and its parent sends what waited: it begins afresh, in memory."""
        if not self._closed:
            self._begin(None)


_living: weakref.WeakSet[Broadcaster] = weakref.WeakSet()
_by_source: dict[str, Broadcaster] = {}
_lock = threading.Lock()


def get_broadcaster(source: str | None = None, **options: Any) -> Broadcaster:
    """The one broadcaster of that source in this process, made at the first call with `options` (as Broadcaster's)."""
    name = source or default_source()
    with _lock:
        found = _by_source.get(name)
        if found is None or found.closed:
            found = _by_source[name] = Broadcaster(name, **options)
        return found


def default_source() -> str:
    """The script's own name."""
    return (Path(sys.argv[0]).stem if sys.argv and sys.argv[0] else "") or "script"


def _close_all() -> None:
    for one in list(_living):
        one.at_exit()


def _after_fork() -> None:
    global _lock
    # The parent may have held it.
    _lock = threading.Lock()
    for one in list(_living):
        one.after_fork()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
