"""What scripts and agents outside publish, and what the desk says about its own failures and settings."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from events.types.base import Data


class Event(Data):
    """An activity line from any script; every further field is kept as it came."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False, frozen=True, protected_namespaces=())

    event_type: Literal["scan", "strategy", "order", "profit", "rebalance", "info", "warning", "error"] = "info"


class Alert(Data):
    """A notification raised."""

    priority: Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"] = "MEDIUM"
    rule: str | None = None
    text: str


class PatternDetected(Data):
    pattern: str
    symbol: str
    interval: str | None = None
    direction: str | None = None
    entry: float | None = None
    stop: float | None = None
    target: float | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)


class LlmDecision(Data):
    """What an agent decided and why; `latency_ms` and `cost` (account currency) as it reports them."""

    agent: str
    action: str
    symbol: str | None = None
    quantity: float | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)
    reasoning: str | None = None
    latency_ms: float | None = None
    cost: float | None = None
    executed: dict[str, Any] | None = None


class Error(Data):
    """Something failed inside: where, what it affected, what the user can do. `seq` is the fact it failed on."""

    where: str
    code: str
    affects: str
    what_to_do: str
    attempts: int = 1
    seq: int | None = None
    letter: str | None = None


class Changed(Data):
    """Something a person may set was changed: who, from, to. `principal_id`: whose own it is, null for the desk's.

    `before` and `after` are whole values, so that the tables can be made again from these facts; a setting whose
    `after` is null is back at its default.
    """

    name: str
    change: str
    before: Any = None
    after: Any = None
    who: str
    principal_id: str | None = None
