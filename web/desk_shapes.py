"""What the API answers about the desk as a whole, as models: its state, its journal, what people set, who may do what.

Held and used as `web/shapes.py` says.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, RootModel

from events.types.accounts import AccountUpdate, PositionUpdate
from events.types.passing import FollowerHealth, Open, PriceUpdate, PublisherUpdate, WebhookHealthUpdate, WorkerHealth
from web.alert_shapes import ListedSignal
from web.choices import ActivityPresets, Display, HighConfidence
from web.shapes import MAY_LACK, Answer, ModelNow, StoredFact


class Account(AccountUpdate):
    """An account as it was last told; `seq` of the fact that did."""

    seq: int


class Accounts(Answer):
    items: list[Account]
    next: None


class Position(PositionUpdate):
    """An open position as it was last told; `seq` of the fact that did."""

    seq: int


class Positions(Answer):
    items: list[Position]
    next: None


class Trades(Answer):
    items: list[StoredFact]
    next: str | None


class Publishers(Answer):
    items: list[PublisherUpdate]
    next: None


class StateHealth(Answer):
    """Whether the desk does its work."""

    ready: bool
    database: bool
    followers: list[FollowerHealth]
    worker: WorkerHealth
    version: str


class ModelInUse(Answer):
    status: Literal["champion", "starter", "training", "refused", "missing"]
    id: str | None
    reason: str | None


class Readiness(StateHealth):
    model: ModelInUse


class ChosenNow(Answer):
    """What people set. `display` is missing until the person set it: until then each browser keeps its way."""

    high_confidence: HighConfidence
    activity_presets: ActivityPresets
    display: Display | None = Field(None, json_schema_extra=MAY_LACK)


class SettingsShown(Answer):
    """What the pages show of the settings. Money in the account's currency, spans in seconds, shares as fractions."""

    account_equity: float
    equity_assumed: bool
    risk_per_trade: float
    max_signal_age_s: float
    max_daily_loss: float
    full_edge: float
    heartbeat_s: float
    reconnect_s: float
    ring: int
    version: str
    demo: bool
    chosen: ChosenNow


class State(Answer):
    """The snapshot that a connecting client gets; it follows from `seq` on."""

    epoch: str
    seq: int
    signals: list[ListedSignal]
    sources: list[WebhookHealthUpdate]
    model: ModelNow
    accounts: list[Account]
    positions: list[Position]
    prices: list[PriceUpdate]
    publishers: list[PublisherUpdate]
    health: StateHealth
    settings: SettingsShown


class PassingUpdate(Open):
    """An update of which only the newest counts: the envelope without a place in history."""

    id: str
    type: str
    source: str
    level: str
    message: str
    timestamp: str
    symbol: str | None = Field(None, json_schema_extra=MAY_LACK)
    data: dict[str, Any]


class EventsPage(Answer):
    """`next` is the seq to go on after; `reset` says why the position can't be resumed: begin with the state again.

    Said as `passing`, `passing_next` lets the next answer bring only what passed since this one.
    """

    items: list[StoredFact]
    next: int
    head: int
    epoch: str
    reset: str | None
    passing: dict[str, PassingUpdate]
    passing_next: str


class Published(Open):
    """One event's answer: its place (`seq` null for what only passes), or `error` alone."""

    id: str | None = Field(None, json_schema_extra=MAY_LACK)
    seq: int | None = Field(None, json_schema_extra=MAY_LACK)
    existing: bool | None = Field(None, json_schema_extra=MAY_LACK)
    cut: list[str] | None = Field(None, json_schema_extra=MAY_LACK)
    error: dict[str, Any] | None = Field(None, json_schema_extra=MAY_LACK)


class PublishedBatch(Answer):
    """One answer for each event, in their order."""

    items: list[Published]


class SettingValue(RootModel[HighConfidence | ActivityPresets | Display]):
    """A setting's value, whole; which fields it has depends on the setting."""


class Setting(Answer):
    """`set`: somebody chose; else `value` is the default."""

    key: str
    of: Literal["desk", "person"]
    says: str
    value: SettingValue
    default: SettingValue
    set: bool
    json_schema: dict[str, Any] = Field(alias="schema")


class Settings(Answer):
    items: list[Setting]
    next: None


class Session(Answer):
    """Who asks. `csrf` is what a page's changes must carry; null for a token."""

    principal: str
    kind: Literal["session", "token"]
    scopes: list[str]
    csrf: str | None
    version: str


class Token(Answer):
    """An API token without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_at: str
    revoked_at: str | None


class Tokens(Answer):
    items: list[Token]
    next: None


class NewToken(Answer):
    """`token` is shown this once."""

    id: str
    name: str
    scopes: list[str]
    token: str


class LoginLink(Answer):
    url: str
    seconds: float


class PolicyReports(Answer):
    items: list[str]
    next: None
