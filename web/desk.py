"""The desk: everything the rooms of `web` are handed, so that none of them looks anything up by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from prometheus_client import CollectorRegistry

from signals.pipeline import decides
from web.system import Pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from events.bus import Bus
    from events.envelope import Fact
    from events.follower import Follower
    from events.journal import Journal
    from events.lease import Lease
    from events.wakeups import Wakeups
    from ml.registry import Registry
    from ml.scorer import Scorer
    from runtime import Runtime
    from signals.dry_run import DryRun
    from signals.health import HealthBook
    from signals.intake import Intake
    from signals.rules import SizingRules
    from signals.sources import Sources
    from web.chosen import Chosen
    from web.jobs import Jobs
    from web.publishers import Publishers

VERSION = "0.1.0"


@dataclass(frozen=True)
class Values:
    """The settings as plain values; names, units and meanings as in docs/configuration.md (there in capitals).

    `base_url` is where people reach the desk: PUBLIC_URL, else its own machine's address. `hosted` is the platform's
    name (`heroku`, `railway`) or None; `process` names this process as no other living one is named; `sizing` holds the
    settings that sizes depend on.
    """

    base_url: str
    public_url: str
    hosted: str | None
    host: str
    port: int
    data_dir: Path
    database_url: str
    database_wait_seconds: float
    demo: bool
    redis_url: str = field(repr=False)
    redis_tls_verify: bool
    role: Literal["all", "web", "worker"]
    process: str
    secret_key: str = field(repr=False)
    webhook_token: str = field(repr=False)
    api_token: str = field(repr=False)
    dashboard_password: str = field(repr=False)
    trusted_proxies: int
    allowed_origins: tuple[str, ...]
    webhook_allowed_ips: tuple[str, ...]
    session_seconds: float
    session_check_seconds: float
    login_link_seconds: float
    login_attempts: int
    login_refill_seconds: float
    metrics_open: bool
    components_page: bool
    max_request_bytes: int
    upload_bytes: int
    max_sockets: int
    header_seconds: float
    answer_seconds: float
    shutdown_seconds: float
    duplicate_seconds: float
    ring_facts: int
    journal_poll_seconds: float
    follower_batch: int
    follower_retry_seconds: float
    follower_attempts: int
    retention_days: float | None
    retention_check_seconds: float
    lease_seconds: float
    lease_renew_seconds: float
    wakeup_gap_seconds: float
    model_path: str
    model_sha256: str
    training_seconds: float
    score_seconds: float
    breaker_failures: int
    breaker_seconds: float
    sizing: SizingRules
    max_daily_loss: float
    gap_check_seconds: float
    health_save_seconds: float
    heartbeat_seconds: float
    reconnect_seconds: float
    ping_seconds: float
    ping_timeout_seconds: float
    socket_auth_seconds: float
    client_queue_bytes: int
    client_stall_seconds: float
    client_behind_seconds: float
    replay_facts: int
    long_poll_seconds: float
    passing_per_second: float
    messages_per_second: float
    publish_per_second: float
    publish_bytes_per_second: int
    clients_per_login: int
    clients_per_address: int
    playbacks: int
    playback_per_second: float
    playback_idle_seconds: float
    publisher_active_seconds: float
    system_health_seconds: float
    webhook_health_seconds: float

    @property
    def https(self) -> bool:
        """Whether people reach the desk over HTTPS, so cookies are `Secure`."""
        return self.base_url.startswith("https://")


@dataclass(frozen=True)
class Desk:
    """One process's collaborators. `followers` is complete once `assembly.start` has run."""

    values: Values
    runtime: Runtime
    journal: Journal
    bus: Bus
    sources: Sources
    intake: Intake
    dry_run: DryRun
    scorer: Scorer
    registry: Registry
    health: HealthBook
    rules: SizingRules
    publishers: Publishers
    chosen: Chosen
    jobs: Jobs
    lease: Lease
    wakeups: Wakeups
    started_at: str
    followers: list[Follower] = field(default_factory=list)
    pulse: Pulse = field(default_factory=Pulse)
    # The gateway puts its own count here; before it runs nobody is connected.
    count_sockets: list[Callable[[], dict[str, int]]] = field(default_factory=list)
    # Its figures of delivery, and its counters, for the server's own figures.
    tell_delivery: list[Callable[[], dict[str, Any]]] = field(default_factory=list)
    count_delivered: list[Callable[[], dict[str, int]]] = field(default_factory=list)
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    version: str = VERSION

    def more_comes(self, facts: Sequence[Fact]) -> bool:
        """Whether this process decides all of these alerts next, so that what they bring is a moment away."""
        last = facts[-1].seq or 0
        return all(map(decides, facts)) and any(one.takes_next(last) for one in self.followers)

    def delivery(self) -> dict[str, Any]:
        """How the live clients are served, in figures."""
        return {name: value for told in self.tell_delivery for name, value in told().items()}

    def delivered(self) -> dict[str, int]:
        """What was sent since the start."""
        return {name: value for counted in self.count_delivered for name, value in counted().items()}

    def sockets(self) -> dict[str, int]:
        """Live clients by transport."""
        return {name: count for counted in self.count_sockets for name, count in counted().items()}
