"""For those who run the desk: is it alive, is it ready, and its figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from web import desk_shapes, state
from web.answers import answer
from web.auth.guard import demand
from web.docs import documented
from web.system import memory_mb

if TYPE_CHECKING:
    from web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    """`/healthz`, `/readyz` and `/metrics`."""
    ops = Blueprint("ops", __name__)
    desk.metrics.register(DeskFigures(desk))

    @ops.get("/healthz")
    @documented("Alive: the process answers", open_to_all=True)
    def healthz() -> Response:
        return answer({"status": "ok", "version": desk.version})

    @ops.get("/readyz")
    @documented(
        "Ready: the true state of database, followers and model",
        answers={200: "ready", 503: "not ready: why"},
        gives=desk_shapes.Readiness,
        open_to_all=True,
    )
    def readyz() -> Response:
        database = state.database_ok(desk)
        model = state.model(desk)
        body = {
            "ready": database,
            "database": database,
            "followers": state.followers(desk),
            "worker": desk.lease.describe(),
            "model": {"status": model.get("status"), "id": model.get("id"), "reason": model.get("reason")},
            "version": desk.version,
        }
        return answer(body, 200 if database else 503)

    @ops.get("/metrics")
    @documented("Figures for Prometheus; needs a token of scope read where METRICS_OPEN is off", open_to_all=True)
    def metrics() -> Response:
        if not desk.values.metrics_open:
            demand("read")
        return Response(generate_latest(desk.metrics), content_type=CONTENT_TYPE_LATEST)

    return ops


class DeskFigures(Collector):
    """Reads the figures when asked, so that nothing is counted twice. Runs on the loop, inside the request."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        desk = self._desk
        yield gauge("desk_journal_head", "The last seq in the journal", desk.journal.head)
        for name, value in desk.journal.stats().items():
            if isinstance(value, int | float) and name != "head":  # it stands above; a name twice breaks the scrape
                yield gauge(f"desk_journal_{name}", f"The journal's own figure `{name}`", value)
        lag = GaugeMetricFamily("desk_follower_lag", "Facts that wait for a follower", labels=["follower"])
        for one in state.followers(desk):
            lag.add_metric([one["name"]], one["lag"])
        yield lag
        yield gauge("desk_lease_held", "Whether this process is the worker", desk.lease.held is not None)
        silent = desk.lease.describe()["silent_since"] is not None
        yield gauge("desk_worker_silent", "Whether no worker follows the journal", silent)
        for name, value in desk.wakeups.stats().items():
            if isinstance(value, int):
                yield gauge(f"desk_wakeups_{name}", f"Wake-ups between processes: {name}", value)
        for transport, count in desk.sockets().items():
            if isinstance(count, int | float):
                yield gauge(f"desk_sockets_{transport}", f"Live clients: {transport}", count)
        yield gauge("desk_loop_delay_milliseconds", "How late the loop's timers are", desk.pulse.delay_ms)
        for name, late in desk.pulse.delays().items():
            share = name.removesuffix("_ms")
            yield gauge(f"desk_loop_delay_{share}_milliseconds", f"Of the last minute: {share}", late or 0.0)
        memory = memory_mb()
        if memory is not None:
            yield gauge("desk_memory_megabytes", "Resident memory", memory)


def gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=float(value))
