"""The one list of event types: what exists, who may publish it, and what its data must look like.

Adding a type is one model in `events/types`, one line here, one row in the docs' table; the rest follows.
"""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from events.errors import BadEvent
from events.types import accounts, activity, models, passing, signals

EventKind = Literal["fact", "passing"]


@dataclass(frozen=True, slots=True)
class TypeSpec:
    """`publish`: a client whose token has the scope `publish` may send it (`ml_prediction_update`: forecasts only).

    `version` rises when the model's shape changes; `events/upcasting.py` then says how older facts are read.
    `report`: one with the scope `report` may, of accounts of the kind external.
    """

    name: str
    kind: EventKind
    model: type[BaseModel]
    version: int
    publish: bool
    says: str
    report: bool = False


def fact(
    name: str,
    model: type[BaseModel],
    says: str,
    *,
    publish: bool = False,
    report: bool = False,
    version: int = 1,
) -> TypeSpec:
    """The line of a type that is kept in the journal; `says` in a few words what happened."""
    return TypeSpec(name, "fact", model, version, publish, says, report)


def _passing(name: str, model: type[BaseModel], says: str, *, publish: bool = False) -> TypeSpec:
    return TypeSpec(name, "passing", model, 1, publish, says)


TYPES: dict[str, TypeSpec] = {
    spec.name: spec
    for spec in (
        fact("signal_received", signals.SignalReceived, "an alert was accepted"),
        fact("signal_rejected", signals.SignalRejected, "an authenticated alert that could not be used"),
        fact("signal_update", signals.SignalRow, "the signal's row now, and again at each later change"),
        fact("signal_gap_alert", signals.SignalGapAlert, "a source fell silent in open hours, or spoke again"),
        fact("ml_prediction_update", models.MlPredictionUpdate, "a signal's score, or a forecast", publish=True),
        fact("ml_model_update", models.MlModelUpdate, "a model trained, promoted, refused or drifting"),
        fact("pattern_detected", activity.PatternDetected, "a named chart pattern", publish=True),
        fact("llm_decision", activity.LlmDecision, "an agent's decision and its reasoning", publish=True),
        fact("trade_executed", accounts.TradeExecuted, "a fill", report=True),
        fact("position_update", accounts.PositionUpdate, "a position opened, changed or closed", report=True),
        fact("account_update", accounts.AccountUpdate, "an account's balances", report=True),
        fact("alert", activity.Alert, "a notification raised", publish=True),
        fact("event", activity.Event, "an activity line from any script", publish=True),
        fact("error", activity.Error, "something failed inside, and what to do"),
        fact("source_update", activity.Changed, "a source, mapping or mute changed"),
        fact("settings_update", activity.Changed, "a setting or threshold changed"),
        fact("backfill_complete", signals.BackfillComplete, "missed alerts found in an export and stored"),
        _passing("webhook_health_update", passing.WebhookHealthUpdate, "one source's health"),
        _passing("system_health_update", passing.SystemHealthUpdate, "the desk's own health"),
        _passing("publisher_update", passing.PublisherUpdate, "a script's last report, and whether it is active"),
        _passing("job_progress", passing.JobProgress, "how far a long job is"),
        _passing("price_update", passing.PriceUpdate, "last price and its age", publish=True),
        _passing("heartbeat", passing.Heartbeat, "the last seq considered for this client"),
        _passing("connection_status", passing.ConnectionStatus, "one client's session and position"),
        _passing("snapshot", passing.Snapshot, "the full state on joining"),
    )
}

# Names that other systems use for the same thing: accepted from publishers, stored under ours.
ALIASES = {
    "signal_detected": "signal_received",
    "ml_prediction": "ml_prediction_update",
    "market_update": "price_update",
    "position_event": "position_update",
    "position_updated": "position_update",
    "trade_logged": "trade_executed",
    "trade_exit_updated": "signal_update",
    "system_status": "system_health_update",
    "initial_data": "snapshot",
    "state_update": "snapshot",
    "connection": "connection_status",
}


def canonical(name: str) -> str:
    """Our name for a type; an unknown one comes back as it is."""
    return ALIASES.get(name, name)


def validate(name: str, data: object) -> dict[str, Any]:
    """`data` checked against its type's model, with its defaults. BadEvent says what is wrong and where."""
    spec = TYPES.get(canonical(name))
    if spec is None:
        raise BadEvent(f"there is no event type {name!r}", code="unknown_type")
    try:
        made = spec.model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "data"
        raise BadEvent(f"{spec.name}: {place}: {first['msg']}", code="bad_data") from error
    return made.model_dump(mode="json")


def json_schema() -> dict[str, Any]:
    """JSON Schema of every type's data, under its name, as served at /api/events.schema.json."""
    defs: dict[str, Any] = {}
    types: dict[str, Any] = {}
    for spec in TYPES.values():
        schema = spec.model.model_json_schema(ref_template="#/$defs/{model}", mode="serialization")
        defs |= schema.pop("$defs", {})
        types[spec.name] = {"kind": spec.kind, "version": spec.version, "says": spec.says, "data": schema}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": defs, "types": types}
