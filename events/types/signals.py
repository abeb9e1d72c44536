"""What is said about signals: the row as everyone sees it, the alert as it came, the refusal, the silence."""

from typing import Any, Literal

from pydantic import Field

from events.types.base import Data

Kind = Literal["entry", "exit", "update", "heartbeat", "info"]
Verdict = Literal["none", "take", "reduce", "skip", "unscored"]
Status = Literal["received", "recorded", "skipped", "expired", "accepted", "denied", "open", "closed"]


class Reason(Data):
    code: str
    text: str


class Contribution(Data):
    """What one feature added to the log odds of a win."""

    feature: str
    value: float | None
    log_odds: float


class SignalRow(Data):
    """One signal as the API, the dashboard and every follower see it; absent is null. Times RFC 3339, lags in ms."""

    id: str
    seq: int | None = None
    source: str
    kind: Kind
    trade_ref: str | None = None
    parent_id: str | None = None
    intent: Literal["open", "add", "reduce", "close", "reverse"] | None = None
    # Signed, in units: 2 is long two, -1 short one, 0 flat.
    position_after: float | None = None
    symbol: str | None = None
    exchange: str | None = None
    side: Literal["buy", "sell", "close"] | None = None
    price: float | None = None
    quantity_hint: float | None = None
    stop: float | None = None
    targets: list[float] = Field(default_factory=list)
    interval: str | None = None
    sent_at: str | None = None
    time_read_as: str | None = None
    received_at: str
    lag_ms: float | None = None
    freshness: Literal["fresh", "stale", "unknown"] | None = None
    repaired: bool = False
    extra: dict[str, Any] = Field(default_factory=dict)
    probability: float | None = None
    probability_low: float | None = None
    model_id: str | None = None
    contributions: list[Contribution] | None = None
    verdict: Verdict = "none"
    quantity: float | None = None
    reasons: list[Reason] = Field(default_factory=list)
    status: Status = "received"
    outcome_r: float | None = None
    mae_r: float | None = None
    mfe_r: float | None = None
    timings: dict[str, float] = Field(default_factory=dict)


class SignalReceived(SignalRow):
    """The row as it stood at acceptance, with the alert's text (secrets removed) and what features are made from."""

    raw: str
    content_type: str | None = None
    query: dict[str, str] = Field(default_factory=dict)
    repairs: list[str] = Field(default_factory=list)
    delivery_key: str | None = None
    test: bool = False
    alert: dict[str, Any] = Field(default_factory=dict)


class SignalRejected(Data):
    """An authenticated alert that could not be used."""

    code: str
    text: str
    hint: str
    raw: str
    content_type: str | None = None
    source: str


class SignalGapAlert(Data):
    """A source fell silent while its market was open, or spoke again. Spans in seconds."""

    source: str
    symbol: str | None = None
    interval: str | None = None
    state: Literal["silent", "recovered"]
    since: str
    until: str | None = None
    expected_every_s: float | None = None
    threshold_s: float | None = None
    missed: int | None = None


class BackfillComplete(Data):
    source: str
    rows: int
    found: int
    missing: int
    stored: int
