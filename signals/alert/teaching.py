"""Shows an alert's fields and what each was read as, so that a person can teach a mapping by pointing at them.

What a field was read as is found by leaving it out: whatever the alert then lacks came from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from signals.alert import synonyms
from signals.alert.fields import Fields
from signals.alert.interpret import alert_of
from signals.alert.mapping import OURS
from signals.alert.model import Alert, SourceRules
from signals.alert.parser import opened
from signals.alert.secret_names import is_secret_name
from signals.errors import Unusable, refuse

MOST_DOCUMENTS = 5
MOST_FIELDS = 80  # an alert is read once more for each
LONGEST_VALUE = 200
# Our field -> the alert's attribute that it fills, most telling first: a side decides how all the rest is read.
ATTRIBUTES = {
    "side": "side",
    "symbol": "symbol",
    "price": "price",
    "exit_price": "exit_price",
    "stop": "stop",
    "targets": "targets",
    "quantity": "quantity_hint",
    "interval": "interval",
    "trade_ref": "trade_ref",
    "timenow": "sent_at",
    "exchange": "exchange",
    "position_after": "position_after",
    "mfe_r": "mfe_r",
    "mae_r": "mae_r",
    "outcome_r": "outcome_r",
    "exit_reason": "exit_reason",
    "event": "kind",
}
NAMES = {
    "side": synonyms.SIDE,
    "symbol": synonyms.SYMBOL,
    "price": synonyms.PRICE,
    "exit_price": synonyms.EXIT_PRICE,
    "stop": synonyms.STOP,
    "targets": synonyms.TARGETS,
    "quantity": synonyms.QUANTITY,
    "interval": synonyms.INTERVAL,
    "trade_ref": synonyms.TRADE_REF,
    "timenow": (*synonyms.FIRING_TIME, *synonyms.TIME),
    "exchange": synonyms.EXCHANGE,
    "position_after": synonyms.POSITION_AFTER,
    "mfe_r": (*synonyms.MFE, *synonyms.FINAL_MFE),
    "mae_r": synonyms.MAE,
    "outcome_r": synonyms.OUTCOME_R,
    "exit_reason": synonyms.EXIT_REASON,
    "event": synonyms.EVENT,
}


def fields_of(body: bytes, query: Mapping[str, str], source: SourceRules, received_at: datetime) -> dict[str, Any]:
    """`{text, convention, alerts: [{fields: [{path, value, read_as}], error}], ours}`; secrets are removed.

    `path` is what a mapping takes, `read_as` the field of ours that it filled, null when nobody understood it.
    Raises Unusable for a body that holds no fields at all, and nothing else for any bytes whatever.
    """
    try:
        found = opened(body, query)
        told = [_alert(document, found.wanted, source, received_at) for document in found.documents[:MOST_DOCUMENTS]]
    except Unusable:
        raise
    except Exception as fault:  # noqa: BLE001 - as in `parse`: the text of a fault may hold a secret
        raise refuse("unreadable", type(fault).__name__) from None
    return {"text": found.redacted, "convention": found.convention, "alerts": told, "ours": list(OURS)}


def _alert(
    document: dict[str, Any], wanted: Mapping[str, str], source: SourceRules, received_at: datetime
) -> dict[str, Any]:
    whole: Alert | None
    try:
        whole, error = alert_of(document, wanted, source, received_at), None
    except Unusable as refusal:
        whole, error = None, {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}
    taught = {path: ours for ours, path in (source.mapping or {}).items()}
    fields = []
    for leaf in Fields(document).leaves[:MOST_FIELDS]:
        if is_secret_name(leaf.name):
            continue
        path = ".".join(leaf.path)
        read_as = taught.get(path)
        if read_as is None and whole is not None:
            read_as = _read_as(whole, leaf.name, _without(document, leaf.path), wanted, source, received_at)
        fields.append({"path": path, "value": _short(leaf.value), "read_as": read_as})
    return {"fields": fields, "error": error}


def _read_as(
    whole: Alert,
    name: str,
    document: dict[str, Any],
    wanted: Mapping[str, str],
    source: SourceRules,
    received_at: datetime,
) -> str | None:
    """The field of ours that the alert has from this one alone; a name that says so decides between several."""
    try:
        less = alert_of(document, wanted, source, received_at)
    except Unusable:
        return next((ours for ours, names in NAMES.items() if name in names), None)
    changed = [ours for ours, held in ATTRIBUTES.items() if getattr(whole, held) != getattr(less, held)]
    named = [ours for ours in changed if name in NAMES[ours]]
    # Nothing changes without a field that only repeats what another says; it was understood all the same.
    repeats = [ours for ours, names in NAMES.items() if name in names and getattr(whole, ATTRIBUTES[ours]) is not None]
    return next(iter(named or changed or repeats), None)


def _without(value: Any, path: tuple[str, ...]) -> Any:
    """A copy in which the value at `path` is missing; a list keeps its other places."""
    head, rest = path[0], path[1:]
    if isinstance(value, list):
        place = int(head)
        return [*value[:place], _without(value[place], rest) if rest else None, *value[place + 1 :]]
    if rest:
        return {**value, head: _without(value[head], rest)}
    return {key: one for key, one in value.items() if key != head}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:LONGEST_VALUE]
    return value if isinstance(value, int | float | None) else str(value)[:LONGEST_VALUE]
