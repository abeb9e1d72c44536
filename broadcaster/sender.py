"""The background thread: sends what waits over one lasting WebSocket, and comes back until each is confirmed."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from broadcaster.backoff import Backoff, Pace
from broadcaster.buffer import BATCH_ITEMS, Buffer
from broadcaster.desk import Desk
from broadcaster.errors import LineLost, Refused
from broadcaster.item import Item, make_item
from broadcaster.line import Line
from broadcaster.waking import Waker

log = logging.getLogger("broadcaster")
# The desk pings every 25 s: twice that without a sign and a bit more means that it is gone.
SILENCE_SECONDS = 60.0
# A token that was refused may be mended on the desk's side: asked again, but seldom.
REFUSED_SECONDS = 30.0
TRIES_MOST = 5
BUSY = ("not_stored", "too_fast")
# Subscribed to nothing but the heartbeat: a publisher does not care what others say.
SUBSCRIPTION = {"types": ["heartbeat"]}


@dataclass
class Tally:
    """What became of the events, since the start."""

    sent: int = 0
    refused: int = 0
    connections: int = 0
    connected: bool = False
    last_error: str | None = None
    said: Counter[str] = field(default_factory=Counter)


class TryLater(Exception):
    """The desk is there but can't take it now."""


class SendLess(Exception):
    """The desk fails at something in the batch."""


class Sender:
    """`start` once; `stop` ends it, also when something waits."""

    def __init__(self, desk: Desk, buffer: Buffer, waker: Waker, source: str, answer_seconds: float) -> None:
        self._desk, self._buffer, self._waker, self._source = desk, buffer, waker, source
        self._answer_seconds = answer_seconds
        self._backoff, self._busy, self._pace = Backoff(), Backoff(most=5.0), Pace()
        self._stopping = threading.Event()
        self._position: dict[str, Any] = {}
        self._batch = BATCH_ITEMS
        self.tally = Tally()
        self._thread = threading.Thread(target=self._run, name=f"broadcaster {source}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """End the thread; it is a daemon, so a hung network never keeps the script from ending."""
        self._stopping.set()
        self._waker.wake()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            seconds = self._once()
            self._buffer.done(())  # what was in flight waits again
            self.tally.connected = False
            if not self._stopping.is_set() and self._stopping.wait(seconds):
                return

    def _once(self) -> float:
        """One connection's life; how many seconds to wait before the next."""
        try:
            with Line(self._desk, self._waker, timeout=self._answer_seconds, **SUBSCRIPTION, **self._position) as line:
                self._publish(line, [])  # answered only to a token that is known: now we are connected
                self._connected()
                self._converse(line)
        except Refused as error:
            self._complain("token", f"{error} Events are kept, up to the buffer's size.")
            return REFUSED_SECONDS
        except (LineLost, TryLater) as error:
            self._complain("lost", f"{error}. Events are kept, and sent when it is back.", logging.WARNING)
        except Exception as error:
            self.tally.last_error = repr(error)
            log.exception("the broadcaster failed; it tries again")
        return self._backoff.next()

    def _connected(self) -> None:
        self.tally.connected, self.tally.last_error = True, None
        self.tally.connections += 1
        if self.tally.said.pop("lost", 0) + self.tally.said.pop("token", 0):
            log.info("the desk at %s is back", self._desk.url)

    def _converse(self, line: Line) -> None:
        while not self._stopping.is_set():
            self._tell_drops()
            delay = self._pace.delay() if len(self._buffer) else 0.0
            if delay:
                self._stopping.wait(delay)
                continue
            batch = self._buffer.take(self._batch)
            if not batch:
                self._note(line.receive(SILENCE_SECONDS, wakeful=True))
                self._backoff.reset()
                continue
            try:
                self._settle(batch, self._publish(line, batch))
                # Only now: a desk that answers the greeting and then hangs up must not be called without a pause.
                self._backoff.reset()
                self._busy.reset()
                self.tally.said.pop("busy", None)
            except SendLess:
                self._buffer.done(())
            except TryLater as error:
                self._complain("busy", f"{error}. Events are kept, and sent again.", logging.WARNING)
                self._buffer.done(())
                if self._stopping.wait(self._busy.next()):
                    return

    def _publish(self, line: Line, batch: list[Item]) -> list[dict[str, Any]]:
        """The desk's answers, one an item. Raises TryLater when it could not take the batch."""
        line.send(b'{"op":"publish","events":[' + b",".join(item.raw for item in batch) + b"]}")
        while True:
            found = line.receive(self._answer_seconds)
            assert found is not None  # only a wakeful wait returns without a message
            if found.get("op") == "ack":
                answers = found.get("answers")
                if isinstance(answers, list) and len(answers) == len(batch):
                    return answers
                return self._failed(batch, found.get("error"))
            if found.get("type") == "error" and found.get("seq") is None:
                return self._failed(batch, found.get("data"))
            self._note(found)

    def _failed(self, batch: list[Item], error: Any) -> list[dict[str, Any]]:
        """The desk failed at the batch as a whole: find the one that it fails at, and give that up in the end."""
        error = error if isinstance(error, dict) else {"code": "no_answer", "message": "The desk's answer is unknown."}
        code = error.get("code")
        if code not in BUSY and batch:
            if len(batch) > 1:
                self._batch = len(batch) // 2
                raise SendLess
            batch[0].tries += 1
            if code in ("bad_message", "bad_event") or batch[0].tries >= TRIES_MOST:
                return [{"id": batch[0].id, "error": error}]
        raise TryLater(f"{error.get('message')} ({code})")

    def _settle(self, batch: list[Item], answers: list[dict[str, Any]]) -> None:
        done: list[str] = []
        for item, answer in zip(batch, answers, strict=True):
            error = answer.get("error")
            if isinstance(error, dict) and error.get("code") in BUSY:
                continue
            done.append(item.id)
            if not isinstance(error, dict):
                self.tally.sent += 1
                continue
            self.tally.refused += 1
            code, message = str(error.get("code")), str(error.get("message"))
            self._complain(f"{code} {message}", f"The desk refused an event: {message} {error.get('hint', '')}")
        self._batch = min(BATCH_ITEMS, self._batch * 2)
        self._buffer.done(done)
        if len(done) < len(batch):
            raise TryLater("the desk could not store everything")

    def _tell_drops(self) -> None:
        drops = self._buffer.untold_drops()
        if drops:
            total = sum(drops.values())
            message = f"{total} events were dropped: the buffer was full"
            log.warning(message)
            data = {"event_type": "warning", "dropped": drops, "total": total}
            self._buffer.add(make_item("event", data, message, self._source, "WARNING"))

    def _note(self, found: dict[str, Any] | None) -> None:
        """Where the journal stands: a token that may read is then spared the snapshot at the next connection."""
        data = found.get("data") if found else None
        if isinstance(data, dict) and isinstance(data.get("seq"), int) and data.get("epoch"):
            self._position = {"epoch": data["epoch"], "seq": data["seq"]}

    def _complain(self, about: str, text: str, level: int = logging.ERROR) -> None:
        """Once for each matter: a script that loops must not drown in its own log."""
        self.tally.last_error = text
        if len(self.tally.said) < 100 and not self.tally.said[about]:
            log.log(level, text)
            self.tally.said[about] = 1
