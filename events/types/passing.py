"""The updates of which only the newest counts: health, prices, and what one client is told about its connection."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from events.types.base import Data

HealthStatus = Literal["never", "learning", "live", "silent", "closed"]


class Open(Data):
    """Base of reports that grow with what is measured: known fields are checked, others pass."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False, frozen=True, protected_namespaces=())


class SeriesHealth(Open):
    symbol: str | None = None
    interval: str | None = None
    last_at: str | None = None
    count: int = 0
    median_s: float | None = None
    status: HealthStatus


class WebhookHealthUpdate(Open):
    """One source's health. Spans in seconds, lags in milliseconds."""

    source: str
    last_at: str | None = None
    status: HealthStatus
    median_s: float | None = None
    threshold_s: float | None = None
    expected_every_s: float | None = None
    muted_until: str | None = None
    count: int = 0
    rate_per_min: float | None = None
    lag_p50_ms: float | None = None
    lag_p95_ms: float | None = None
    rejects: dict[str, int] = Field(default_factory=dict)
    series: list[SeriesHealth] = Field(default_factory=list)


class DatabaseHealth(Open):
    """`ok` whether the last commit went well; commit times in milliseconds, null before the first."""

    dialect: str
    ok: bool
    waiting: int = 0
    failed: int = 0
    commit_p50_ms: float | None = None
    commit_p99_ms: float | None = None
    last_error: str | None = None


class FollowerHealth(Open):
    """Where a follower stands: the last fact it handled, and how many wait for it."""

    name: str
    seq: int
    lag: int


class WorkerHealth(Open):
    """Who holds the worker's lease; `silent_since` is null while it renews."""

    holder: str | None = None
    since: str | None = None
    silent_since: str | None = None


class SystemHealthUpdate(Open):
    """Database, queues, followers' lag, sockets by transport, memory in MB, delays of the event loop's timers.
    `process` names the one that tells: with several webs each tells its own clients."""

    version: str
    process: str | None = None
    started_at: str
    uptime_s: float
    engine: str
    database: DatabaseHealth
    followers: list[FollowerHealth] = Field(default_factory=list)
    head: int
    sockets: dict[str, int] = Field(default_factory=dict)
    rates: dict[str, float] = Field(default_factory=dict)
    memory_mb: float | None = None
    loop_delay_ms: float
    loop_delay_worst_ms: float
    loop_delay_p50_ms: float | None = None
    loop_delay_p99_ms: float | None = None
    worker: WorkerHealth | None = None


class PriceUpdate(Open):
    symbol: str
    price: float
    change_24h: float | None = None
    at: str | None = None
    source: str | None = None


class PublisherUpdate(Open):
    """One source outside that reports to the desk; `active` when it did lately (PUBLISHER_ACTIVE_SECONDS)."""

    source: str
    active: bool
    last_at: str
    seq: int
    type: str
    activity: str | None = None
    level: str
    message: str
    symbol: str | None = None
    count: int
    counted_from: str


class JobFailure(Open):
    code: str
    message: str
    hint: str


class JobProgress(Open):
    """A long job: pieces done of how many (null while unknown), seconds left at this pace, and why it failed."""

    job: str
    name: str
    done: int = 0
    total: int | None = None
    remaining_s: float | None = None
    state: Literal["running", "done", "failed", "cancelled"]
    can_cancel: bool = False
    error: JobFailure | None = None
    started_at: str
    ended_at: str | None = None


class Heartbeat(Open):
    """`seq` is the last one considered for this client: its position, also when it filters."""

    epoch: str
    seq: int
    server_time: str


class ConnectionStatus(Open):
    resumed: bool
    epoch: str


class Snapshot(Open):
    """The state on joining and its position; `reason` says why it was sent."""

    epoch: str
    seq: int
    signals: list[dict[str, Any]] = Field(default_factory=list)
    sources: list[dict[str, Any]] = Field(default_factory=list)
    model: dict[str, Any] = Field(default_factory=dict)
    accounts: list[dict[str, Any]] = Field(default_factory=list)
    positions: list[dict[str, Any]] = Field(default_factory=list)
    prices: list[dict[str, Any]] = Field(default_factory=list)
    publishers: list[dict[str, Any]] = Field(default_factory=list)
    health: dict[str, Any] = Field(default_factory=dict)
    settings: dict[str, Any] = Field(default_factory=dict)
