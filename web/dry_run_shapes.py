"""What the dry run answers, as models: each step with its own detail, and an alert's fields to point at.

Held and used as `web/shapes.py` says.
"""

from __future__ import annotations

from typing import Literal

from events.types.signals import Reason, SignalRow
from web.shapes import Answer


class Refusal(Answer):
    """Why something was refused, and what to do."""

    code: str
    message: str
    hint: str


class Rules(Answer):
    """A source's rules that decide how its alerts are read. `mapping`: our field, their path."""

    symbol: str | None
    interval: str | None
    long_only: bool
    timezone: str | None
    mapping: dict[str, str] | None


class SourceDetail(Answer):
    rules: Rules


class ReadDetail(Answer):
    """The alert without its secrets, and what had to be repaired."""

    text: str
    query: dict[str, str]
    repairs: list[str]


class UnderstandDetail(Answer):
    """`recognised` is false when nothing of it was known; `notes` are reason codes."""

    side: Literal["buy", "sell", "close"] | None
    intent: Literal["open", "add", "reduce", "close", "reverse"] | None
    symbol: str | None
    exchange: str | None
    price: float | None
    stop: float | None
    interval: str | None
    trade_ref: str | None
    recognised: bool
    targets: list[float]
    features: dict[str, float]
    notes: list[str]


class TimeDetail(Answer):
    """`firing`: the alert's own time, not its bar's. Lag in milliseconds."""

    sent_at: str | None
    read_as: str | None
    lag_ms: float | None
    firing: bool


class ScoreDetail(Answer):
    """Probabilities from 0 to 1; null when there is none, and why."""

    probability: float | None
    probability_low: float | None
    model_id: str | None
    starter: bool
    reason: str | None


class EntryDetail(Answer):
    entry: str


class DecideDetail(Answer):
    quantity: float | None
    reasons: list[Reason]


class Stepped(Answer):
    """What every step tells: its result, and its own duration, null where none was taken."""

    result: str
    ms: float | None


class SourceStep(Stepped):
    step: Literal["source"]
    detail: SourceDetail


class ReadStep(Stepped):
    step: Literal["read"]
    detail: ReadDetail


class UnderstandStep(Stepped):
    step: Literal["understand"]
    detail: UnderstandDetail


class TimeStep(Stepped):
    step: Literal["time"]
    detail: TimeDetail


class ScoreStep(Stepped):
    step: Literal["score"]
    detail: ScoreDetail


class EntryStep(Stepped):
    step: Literal["tell its entry"]
    detail: EntryDetail


class DecideStep(Stepped):
    step: Literal["decide"]
    detail: DecideDetail


class Explained(Answer):
    """A dry run: its steps in order, the first alert's row, every alert's row, or why there is none."""

    ok: bool
    steps: list[SourceStep | ReadStep | UnderstandStep | TimeStep | ScoreStep | EntryStep | DecideStep]
    signal: SignalRow | None
    signals: list[SignalRow]
    error: Refusal | None


class AlertField(Answer):
    """`path` is what a mapping takes; `read_as` our field that it filled, null when nobody understood it."""

    path: str
    value: str | bool | float | None
    read_as: str | None


class FieldsOfOne(Answer):
    fields: list[AlertField]
    error: Refusal | None


class AlertFields(Answer):
    """The fields of each alert in one text without its secrets; `ours` are the names that a mapping may give them."""

    text: str
    source: str
    convention: str
    alerts: list[FieldsOfOne]
    ours: list[str]
