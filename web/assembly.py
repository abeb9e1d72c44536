"""Puts the desk together from plain values: who gets which collaborator. Decides nothing else."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from events.bus import Bus
from events.clock import now_utc, rfc3339
from events.follower import Follower
from events.lease import Lease
from events.wakeups import Wakeups, carrier_for
from ml.scorer import Scorer
from signals import pipeline
from signals.dry_run import DryRun
from signals.gap_detector import GapDetector
from signals.health import HealthBook
from signals.intake import Intake
from signals.sources import Sources
from signals.timing import Stopwatch
from web import api, openapi, ops, rebuilding, webhook
from web.api import connections
from web.app import bare_flask, behind_doors, behind_proxies, create_flask
from web.auth import Auth, secrets
from web.chosen import Chosen
from web.database import opened_journal, with_secret_key
from web.desk import Desk, Values
from web.gateway import Gateway
from web.job_book import JobBook
from web.jobs import Jobs
from web.models import Models
from web.publishers import Publishers
from web.retention import Retention
from web.rounds import OWN_UPDATES, Rounds

if TYPE_CHECKING:
    from flask import Flask

    from events.journal import Journal
    from runtime import Runtime


@dataclass(frozen=True)
class App:
    """A whole desk. `start` before serving, `stop` after the last request."""

    desk: Desk
    auth: Auth
    flask: Flask
    lease: Lease
    gateway: Gateway | None
    models: Models
    gaps: GapDetector
    rounds: Rounds
    retention: Retention

    def start(self) -> None:
        """Start whoever follows the journal, the rounds, and the training of a missing starter model."""
        self.models.provide()  # first: what waits from before the start must know whether a model was promoted
        self.lease.start()
        self.desk.wakeups.start()
        for follower in self.desk.followers:
            follower.start()
        self.desk.runtime.spawn(self.auth.watch)
        if self.desk.values.role == "web":
            self.gaps.restore()  # to show how the sources are; the worker looks for the silent ones
        else:
            self.gaps.start()
            self.retention.start()
        self.rounds.start()

    def stop(self) -> None:
        """Stop in the order of the facts' way; the writer last, so that what was taken in is stored."""
        seconds = self.desk.values.shutdown_seconds / 4
        self.rounds.stop()
        self.retention.stop()
        self.models.stop()
        self.desk.jobs.stop()
        self.auth.stop()
        if self.desk.values.role != "web":
            self.gaps.stop(seconds)
        for follower in self.desk.followers:
            follower.stop(seconds)
        self.lease.stop(seconds)
        self.desk.wakeups.stop()
        self.desk.journal.close(seconds)


def assemble(values: Values, runtime: Runtime) -> App:
    """Everything wired, nothing started. Raises web.database.CannotStart."""
    journal = opened_journal(values, runtime, wait_seconds=values.database_wait_seconds)
    values = with_secret_key(values, journal)
    bus = Bus(runtime, values.passing_per_second)
    sources = Sources(journal, values.secret_key, values.webhook_token)
    stopwatch = Stopwatch()
    intake = Intake(
        journal,
        sources,
        stopwatch=stopwatch,
        window_s=values.duplicate_seconds,
        max_age_s=values.sizing.max_signal_age_s,
        store_timeout_s=values.answer_seconds,
    )
    scorer = Scorer(
        runtime.lane("model", 1).call,
        timeout=values.score_seconds,
        breaker_failures=values.breaker_failures,
        breaker_seconds=values.breaker_seconds,
    )
    pipe = pipeline.Pipeline(journal, scorer, values.sizing, stopwatch)
    followers: list[Follower] = []
    lease = Lease(
        journal,
        runtime,
        values.process,
        seconds=values.lease_seconds,
        renew_seconds=values.lease_renew_seconds,
        candidate=values.role != "web",
        told=lambda: [{"name": one.name, "seq": one.seq, "lag": one.lag} for one in followers],
    )
    if values.role != "web":
        followers.append(follower(pipeline.NAME, pipe, journal, runtime, lease, values))
    models = Models(journal, runtime, scorer, values, sys.executable, lease)
    health = HealthBook(sources.list)
    desk = Desk(
        values=values,
        runtime=runtime,
        journal=journal,
        bus=bus,
        sources=sources,
        intake=intake,
        dry_run=DryRun(journal, sources, pipe),
        scorer=scorer,
        registry=models.registry,
        health=health,
        rules=pipe.rules,
        publishers=Publishers(journal, values.publisher_active_seconds),
        chosen=Chosen(journal),
        jobs=Jobs(runtime, bus, JobBook(journal)),
        lease=lease,
        wakeups=wakeups(journal, bus, runtime, values),
        started_at=rfc3339(now_utc()),
        followers=followers,
    )
    rebuilding.follow_mending(desk, pipe.doubt)
    gaps = GapDetector(
        journal,
        health,
        runtime,
        check_seconds=values.gap_check_seconds,
        save_seconds=values.health_save_seconds,
        lease=lease,
    )
    auth = Auth(desk)
    flask, gateway = worker_door(desk, auth) if values.role == "worker" else whole_door(desk, auth)
    behind_proxies(flask, desk)
    return App(desk, auth, flask, lease, gateway, models, gaps, Rounds(desk), Retention(desk))


def follower(
    name: str, work: pipeline.Pipeline, journal: Journal, runtime: Runtime, lease: Lease, values: Values
) -> Follower:
    """One that follows under the lease."""
    return Follower(
        journal,
        name,
        work.handle,
        runtime,
        batch=values.follower_batch,
        retry_base=values.follower_retry_seconds,
        max_attempts=values.follower_attempts,
        lease=lease,
        forget=work.forget,
    )


def wakeups(journal: Journal, bus: Bus, runtime: Runtime, values: Values) -> Wakeups:
    """To and from the desk's other processes, where there may be some."""
    carrier = carrier_for(
        runtime,
        journal.epoch,
        database_url=values.database_url,
        redis_url=values.redis_url,
        verify_tls=values.redis_tls_verify,
    )
    return Wakeups(
        journal,
        bus,
        runtime,
        carrier,
        values.process,
        key=secrets.derive(values.secret_key, "wake-ups"),
        own=OWN_UPDATES,
        gap_seconds=values.wakeup_gap_seconds,
    )


def worker_door(desk: Desk, auth: Auth) -> tuple[Flask, None]:
    """Whether it lives, is ready, and its figures; alerts, pages and sockets are the webs'."""
    flask = bare_flask(desk, auth)
    flask.register_blueprint(ops.blueprint(desk))
    return flask, None


def whole_door(desk: Desk, auth: Auth) -> tuple[Flask, Gateway]:
    """Everything people and programs may ask, and the sockets."""
    take = webhook.taker(desk)
    flask = create_flask(desk, auth, take)
    for blueprint in (*api.blueprints(desk), ops.blueprint(desk), openapi.blueprint(desk)):
        flask.register_blueprint(blueprint)
    gateway = Gateway(desk, auth)
    gateway.init_app(flask)
    behind_doors(flask, auth, webhook.door(take), gateway.posting.door)
    flask.register_blueprint(connections.blueprint(gateway))
    return flask, gateway
