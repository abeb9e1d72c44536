"""Everything that happens on the desk, as a loop over events: each fact once, in order, across every interruption."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any

from broadcaster import history
from broadcaster.backoff import Backoff
from broadcaster.desk import find_desk
from broadcaster.errors import LineLost, NoToken, Refused
from broadcaster.line import Line
from broadcaster.waking import Waker

log = logging.getLogger("broadcaster")
Event = dict[str, Any]
# Between the desk and this one client only.
OWN = ("connection_status", "snapshot", "heartbeat")
# The desk pings every 25 s and sends a heartbeat every 30 s.
SILENCE_SECONDS = 60.0
# How often the desk is told what has arrived, which is all it needs to measure delivery.
ACK_SECONDS = 1.0


class Follower:
    """An iterator of envelopes (`seq`, `type`, `source`, `message`, `data`…). Raises NoToken and Refused, nothing else.

    Facts come without a gap and without a repeat. Passing updates (prices, health) carry no `seq`; of these only the
    newest counts. `close()`, from any thread, ends the loop. `position` continues it later: hand it in as `since`.
    """

    def __init__(
        self,
        types: Iterable[str] | None = None,
        since: int | Mapping[str, Any] | None = None,
        *,
        symbols: Iterable[str] | None = None,
        url: str | None = None,
        token: str | None = None,
        timeout: float = 10.0,
    ) -> None:
        """`since`: None is from now on, 0 all there is, a seq what came after it; or an event, or a position."""
        self._types = [types] if isinstance(types, str) else list(types or [])
        self._symbols = [symbols] if isinstance(symbols, str) else list(symbols or [])
        self._desk, self._timeout = find_desk(url, token), timeout
        if not self._desk.token:
            raise NoToken
        self._epoch: str | None = None
        self._seq: int | None = since if isinstance(since, int) else None
        if isinstance(since, Mapping):
            self._epoch, self._seq = str(since["epoch"]), int(since["seq"])
        self._closed = False
        self._confirmed_at = 0.0
        self._waker = Waker()
        self._backoff = Backoff()
        self._events = self._run()

    @property
    def position(self) -> dict[str, Any] | None:
        """The last fact considered, as `{epoch, seq}`; None before the desk was reached."""
        return None if self._epoch is None else {"epoch": self._epoch, "seq": self._seq}

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        return next(self._events)

    def close(self) -> None:
        """End the loop, also while it waits."""
        self._closed = True
        self._waker.wake()

    def __enter__(self) -> Follower:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def _run(self) -> Iterator[Event]:
        behind = self._seq is not None
        complained = False
        while not self._closed:
            try:
                if self._seq is None:
                    self._from_now()
                if behind:
                    yield from self._history()
                    behind = False
                for event in self._live():
                    complained = False
                    self._backoff.reset()
                    yield event
                behind = not self._closed  # `_live` ends by itself only when it is too far behind
            except LineLost as error:
                if not complained:
                    log.warning("%s; following goes on when it is back", error)
                complained = True
                self._waker.wait(self._backoff.next())

    def _from_now(self) -> None:
        """Stand at the head. It is asked by HTTP, where a wrong token or type is refused with a reason."""
        found = history.page(self._desk, 0, types=self._types, symbols=self._symbols, timeout=self._timeout, limit=1)
        self._epoch, self._seq = found["epoch"], int(found["head"])

    def _history(self) -> Iterator[Event]:
        """Up to the head, over HTTP."""
        while not self._closed:
            after = self._seq or 0
            found = history.page(self._desk, after, types=self._types, symbols=self._symbols, timeout=self._timeout)
            if self._epoch is not None and found["epoch"] != self._epoch:
                self._start_over(found["epoch"], int(found["head"]))
                return
            self._epoch = found["epoch"]
            if found.get("reset") == "too_old":
                log.warning("the desk has archived what came after seq %s: the oldest that it keeps comes next", after)
                self._seq = 0
                continue
            for event in found["items"]:
                if event["seq"] > (self._seq or 0):
                    self._seq = event["seq"]
                    yield event
            self._seq = max(self._seq or 0, int(found["next"]))
            if self._seq >= int(found["head"]):
                return

    def _live(self) -> Iterator[Event]:
        position = {} if self._epoch is None else {"epoch": self._epoch, "seq": self._seq}
        wanted = {"types": self._types, "symbols": self._symbols}
        with Line(self._desk, self._waker, timeout=self._timeout, **wanted, **position) as line:
            while not self._closed:
                found = line.receive(SILENCE_SECONDS, wakeful=True)
                if found is None:
                    continue
                self._confirm(line, found.get("seq"))
                if found.get("type") == "connection_status" and found["data"].get("reason") == "too_old":
                    return
                yield from self._take(found)

    def _confirm(self, line: Line, seq: int | None) -> None:
        now = time.monotonic()
        if seq is not None and now - self._confirmed_at >= ACK_SECONDS:
            self._confirmed_at = now
            line.send({"op": "ack", "seq": seq})

    def _take(self, found: Event) -> Iterator[Event]:
        data, seq = found.get("data", {}), found.get("seq")
        match found.get("type"):
            case "snapshot" if data.get("reason") != "requested":
                self._start_over(data["epoch"], data["seq"])
            case "heartbeat" if self._seq is not None:
                self._seq = max(self._seq, int(data["seq"]))
            case "error" if seq is None:
                raise Refused(str(data.get("message")), code=str(data.get("code")), hint=str(data.get("hint", "")))
            case type_ if type_ in OWN:
                return
            case _ if seq is None:
                yield found
            case _ if seq > (self._seq or 0):
                self._epoch, self._seq = found.get("epoch", self._epoch), seq
                yield found

    def _start_over(self, epoch: str, seq: int) -> None:
        log.warning("the desk's history was reset: following goes on from its present (seq %s)", seq)
        self._epoch, self._seq = epoch, seq


def follow(
    types: Iterable[str] | None = None, since: int | Mapping[str, Any] | None = None, **options: Any
) -> Follower:
    """`for event in follow(types=["signal_update"], since=0): …`; arguments as Follower's."""
    return Follower(types, since, **options)
