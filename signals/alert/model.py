"""The shapes that leave the parser, so that the rest of the house never looks at a raw body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from events.record import record

Kind = Literal["entry", "exit", "update", "heartbeat", "info"]
Side = Literal["buy", "sell", "close"]
Intent = Literal["open", "add", "reduce", "close", "reverse"]
Freshness = Literal["fresh", "stale", "unknown"]


@dataclass(frozen=True, slots=True)
class SourceRules:
    """What a source declares about its alerts; every field may be absent.

    `mapping` leads from one of our field names (see `mapping.OURS`) to the sender's dotted path.
    `timezone` is an IANA name in which stamps without a zone are read first.
    """

    name: str = "tradingview"
    symbol: str | None = None
    interval: str | None = None
    long_only: bool = False
    mapping: Mapping[str, str] | None = None
    timezone: str | None = None
    id_is_key: bool = False


@record
class Alert:
    """One alert as understood. Prices are in the instrument's currency, `lag_ms` in milliseconds,
    `mfe_r`, `mae_r` and `outcome_r` in multiples of the initial risk; absent is None.

    Of an exit: `flat` when it says that nothing is held afterwards, `closes` the side whose entries it may end."""

    kind: Kind = "info"
    side: Side | None = None
    intent: Intent | None = None
    position_after: float | None = None
    symbol: str | None = None
    exchange: str | None = None
    price: float | None = None
    quantity_hint: float | None = None
    stop: float | None = None
    targets: tuple[float, ...] = ()
    interval: str | None = None
    trade_ref: str | None = None
    sent_at: datetime | None = None
    time_read_as: str | None = None
    is_firing_time: bool = False
    lag_ms: float | None = None
    delayed_feed: bool = False
    mfe_r: float | None = None
    mae_r: float | None = None
    exit_price: float | None = None
    outcome_r: float | None = None
    exit_reason: str | None = None
    flat: bool = False
    closes: Side | None = None
    features: dict[str, float] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    recognised: bool = True
    note_codes: tuple[str, ...] = ()
    test: bool = False


@record
class Parsed:
    """A whole body as understood: one alert or a batch, and what may be stored of it.

    `secrets` are candidates for authentication only: never store, log or emit them.
    """

    alerts: tuple[Alert, ...]
    redacted: str
    redacted_query: dict[str, str]
    repairs: tuple[str, ...]
    convention: str
    secrets: tuple[str, ...]
    delivery_key: str
    id_key: str | None
