"""Follows the journal and the figures for the rooms: a commit at once, a turn's figures together, much in pieces."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from events.errors import EventsError
from web.gateway.stats import Broadcast

if TYPE_CHECKING:
    from events.envelope import Fact
    from events.journal import Journal
    from runtime import Runtime
    from web.gateway.messages import Encoder, Message
    from web.gateway.rooms import Rooms
    from web.gateway.stats import Stats

PAGE = 200
RETRY_SECONDS = 0.5
# An alert waits so long at most for what it brings, to be told with it.
HOLD_SECONDS = 0.01
log = logging.getLogger("web.gateway")


class Telling:
    """What was not told yet is no queue: it is the journal behind `Rooms.considered`, read again piece by piece, and
    the figures behind `Figures.told`. Facts of which `more_comes` wait a moment for it, so that everybody is sent both
    at once: a verdict would else wait until all have the alert. A `heartbeat` that may go along goes with figures.
    """

    def __init__(
        self,
        journal: Journal,
        rooms: Rooms,
        encoder: Encoder,
        runtime: Runtime,
        stats: Stats,
        more_comes: Callable[[Sequence[Fact]], bool] = lambda facts: False,
        heartbeat: Callable[[], Message | None] = lambda: None,
    ) -> None:
        self._journal, self._rooms, self._encoder = journal, rooms, encoder
        self._runtime, self._stats, self._more_comes, self._heartbeat = runtime, stats, more_comes, heartbeat
        self._going_on = self._holding = self._going_to_tell_figures = False
        self._held_until = 0.0

    def hear(self, facts: Sequence[Fact]) -> None:
        """The facts of one commit. Never yields."""
        if self._going_on:
            return  # they come behind what is being told
        if self._more_comes(facts):
            if facts[0].seq == self._rooms.considered + 1:  # the first that waits: none waits longer
                self._held_until = time.monotonic() + HOLD_SECONDS
            if not self._holding:
                self._holding = True
                self._runtime.spawn(self._tell_held)
            return
        self._tell_all(facts)

    def _tell_held(self) -> None:
        # Those that it was begun for may have gone out with what they brought, and others wait since.
        while (left := self._held_until - time.monotonic()) > 0:
            self._runtime.sleep(left)
        self._holding = False
        if not self._going_on and self._rooms.considered < self._journal.head:
            self._tell_all(())

    def _tell_all(self, facts: Sequence[Fact]) -> None:
        """All that was not told, of which these are the newest. Never yields."""
        if not facts or facts[0].seq != self._rooms.considered + 1:
            facts = self._journal.ring_after(self._rooms.considered) or ()
        if facts and self._tell(facts) == len(facts):
            return
        self._going_on = True
        self._runtime.spawn(self._go_on)

    def hear_figure(self) -> None:
        """A figure was added: with the others of this turn it goes out in the next one. Never yields."""
        if not self._going_to_tell_figures:
            self._going_to_tell_figures = True
            self._runtime.spawn(self._tell_figures)

    def _tell_figures(self) -> None:
        try:
            while self._rooms.tell_figures(self._heartbeat):
                self._runtime.sleep(0)
        finally:
            self._going_to_tell_figures = False

    def _go_on(self) -> None:
        try:
            while self._rooms.considered < self._journal.head:
                self._runtime.sleep(0)  # others' turn, and the sockets' that were full
                facts = self._next()
                if facts and not self._tell(facts):
                    self._runtime.sleep(RETRY_SECONDS)
        finally:
            self._going_on = False

    def _next(self) -> Sequence[Fact]:
        facts = self._journal.ring_after(self._rooms.considered)
        if facts is not None:
            return facts
        try:
            return self._journal.after(self._rooms.considered, PAGE)
        except EventsError as error:
            log.warning("what was committed can't be read to tell it: %s", error.message)
            self._runtime.sleep(RETRY_SECONDS)
            return ()

    def _tell(self, facts: Sequence[Fact]) -> int:
        """How many of them were told."""
        began = time.monotonic_ns()
        try:
            told = self._rooms.tell(facts, self._encoder.fact)
        except Exception:  # before anybody was told
            log.exception("facts from %s on could not be told; they are tried again", facts[0].seq)
            return 0
        took_us = (time.monotonic_ns() - began) / 1000
        self._stats.broadcasts += told
        first, last = facts[0].seq or 0, facts[told - 1].seq or 0
        newest = self._journal.newest_commit
        committing, committed = (newest.began_ns, newest.ended_ns) if newest.seq == last else (None, None)
        self._stats.recent.append(Broadcast(first, last, committing, committed, began, took_us))
        return told
