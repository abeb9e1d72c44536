"""Tells the passing figures again and again: how each source is, and how the server is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from events import clock
from events.envelope import Passing
from events.errors import EventsError
from web import state
from web.system import counts, figures

if TYPE_CHECKING:
    from runtime import Task
    from web.desk import Desk

log = logging.getLogger("web.rounds")
PULSE_SECONDS = 0.25
# What each process tells its own clients: the sources from the journal, the server about itself.
OWN_UPDATES = frozenset({"webhook_health_update", "publisher_update", "system_health_update"})
PUBLISHERS_SECONDS = 0.5
# The server's own figures cost at most so many sends a second: of hundreds of clients each hears them less often, but a
# little sooner than a heartbeat would go by itself, because that goes along and needs no send then.
HEALTH_SENDS_PER_SECOND = 160
OF_A_HEARTBEAT = 0.95


class Rounds:
    """Every round runs in a task of its own; one that fails is logged and goes on with the next."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._tasks: list[Task] = []
        self._stopped = False
        self._told: dict[str, Any] = {}

    def start(self) -> None:
        values = self._desk.values
        if values.role == "worker":  # nobody is connected to it
            self._tasks = [self._desk.runtime.spawn(self._feel_pulse)]
            return
        rounds: tuple[tuple[Callable[[], float], Callable[[], None]], ...] = (
            (lambda: values.webhook_health_seconds, self.tell_sources),
            (self.system_seconds, self.tell_system),
            (lambda: PUBLISHERS_SECONDS, self.tell_publishers),
        )
        self._tasks = [self._desk.runtime.spawn(self._go_round, seconds, step) for seconds, step in rounds]
        self._tasks.append(self._desk.runtime.spawn(self._feel_pulse))

    def stop(self) -> None:
        self._stopped = True
        for task in self._tasks:
            task.kill()

    def _go_round(self, seconds: Callable[[], float], step: Callable[[], None]) -> None:
        while not self._stopped:
            try:
                step()
            except Exception:
                log.exception("a round failed; the next one tries again")
            self._desk.runtime.sleep(seconds())

    def system_seconds(self) -> float:
        """How long until the next `tell_system`."""
        clients = sum(self._desk.sockets().values())
        most = OF_A_HEARTBEAT * self._desk.values.heartbeat_seconds
        return max(self._desk.values.system_health_seconds, min(most, clients / HEALTH_SENDS_PER_SECOND))

    def _feel_pulse(self) -> None:
        while not self._stopped:
            before = time.monotonic()
            self._desk.runtime.sleep(PULSE_SECONDS)
            self._desk.pulse.took(time.monotonic() - before - PULSE_SECONDS, counts(self._desk))

    def tell_sources(self) -> None:
        """A `webhook_health_update` for each source whose figures changed."""
        for data in self._desk.health.table(clock.now_utc()):
            name = str(data["source"])
            if self._told.get(name) == data:
                continue
            self._told[name] = data
            message = f"{name}: {data['status']}"
            self._publish(
                Passing(
                    type="webhook_health_update", key=f"webhook_health/{name}", data=data, message=message, source=name
                )
            )

    def tell_publishers(self) -> None:
        """A `publisher_update` for each script that reported, or has not for long enough to count as silent."""
        for data in self._desk.publishers.changed():
            name = str(data["source"])
            message = f"{name}: {'active' if data['active'] else 'silent'}"
            self._publish(Passing(type="publisher_update", key=name, data=data, message=message, source=name))

    def tell_system(self) -> None:
        """The server's own figures."""
        data = figures(self._desk) | {"ready": state.health(self._desk)["ready"]}
        self._publish(
            Passing(type="system_health_update", key="system", data=data, message="System health", source="desk")
        )

    def _publish(self, update: Passing) -> None:
        try:
            self._desk.bus.publish(update)
        except EventsError as error:  # NaN, where somebody divided by nothing: the others of the round are told
            log.warning("a %s of %s can't be told: %s", update.type, update.source, error.message)
