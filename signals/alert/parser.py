"""The one way from a body to alerts: decode, find the structure, remove secrets, interpret."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from signals.alert import redact
from signals.alert.conventions import name_of, read_text
from signals.alert.decode import text_of, trimmed
from signals.alert.documents import documents_of, real_value_in
from signals.alert.fields import at_path
from signals.alert.interpret import alert_of, reference
from signals.alert.keys import delivery_key
from signals.alert.limits import MAX_SECRETS
from signals.alert.model import Parsed, SourceRules
from signals.alert.repair import values_of
from signals.alert.secret_names import is_secret_name
from signals.alert.shape import shape_of
from signals.alert.strict import check_string
from signals.alert.synonyms import MESSAGE_ID, squash
from signals.errors import Unusable, refuse


class Opened(NamedTuple):
    """A body's objects and what may be kept of it; `wanted` is the query without fields that are secrets by name."""

    documents: list[dict[str, Any]]
    convention: str
    redacted: str
    query: dict[str, str]
    wanted: dict[str, str]
    secrets: tuple[str, ...]
    repairs: list[str]


def parse(
    body: bytes, *, content_type: str | None, query: Mapping[str, str], received_at: datetime, source: SourceRules
) -> Parsed:
    """The alerts in a body. `received_at` is aware; the content type is TradingView's guess and decides nothing.

    Raises Unusable, and nothing else, for any bytes whatever.
    """
    try:
        return understood(body, query=query, received_at=received_at, source=source)
    except Unusable as refusal:
        refusal.redacted = _salvaged(body)
        raise
    except Exception as fault:  # noqa: BLE001 - the webhook must answer 4xx, and the text of a fault may hold a secret
        unreadable = refuse("unreadable", type(fault).__name__)
        unreadable.redacted = _salvaged(body)
        raise unreadable from None


def understood(body: bytes, *, query: Mapping[str, str], received_at: datetime, source: SourceRules) -> Parsed:
    """As `parse`, without the net beneath it; tests call this one so that no fault can hide."""
    found = opened(body, query)
    alerts = tuple(alert_of(document, found.wanted, source, received_at) for document in found.documents)
    return Parsed(
        alerts=alerts,
        redacted=found.redacted,
        redacted_query=found.query,
        repairs=tuple(dict.fromkeys(found.repairs)),
        convention=found.convention,
        secrets=found.secrets,
        delivery_key=delivery_key(source.name, found.redacted, found.query),
        id_key=_id_key(found.documents, source),
    )


def opened(body: bytes, query: Mapping[str, str]) -> Opened:
    """The objects in a body, secrets removed, not yet interpreted. Raises Unusable."""
    repairs: list[str] = []
    text = text_of(body, repairs)
    for name, value in query.items():
        check_string(name)
        check_string(value)
    values = values_of(text, repairs) if trimmed(text) else []
    spans = redact.named_spans(text)
    secrets = _secrets(spans, values or [], query)
    if len(secrets) > MAX_SECRETS:
        raise refuse("too_many_keys", "secrets")
    clean = [redact.scrubbed(value, secrets) for value in values or []]
    redacted = redact.redacted_text(text, spans, secrets, clean)
    asked = redact.redacted_query(query, secrets)
    wanted = {name: value for name, value in asked.items() if not is_secret_name(name)}
    documents, convention = _documents(redacted if values is None else "", clean, wanted, repairs)
    return Opened(documents, convention, redacted, asked, wanted, secrets, repairs)


def find_secrets(body: bytes, content_type: str | None, query: Mapping[str, str]) -> tuple[str, ...]:
    """Every secret a delivery carries, for authentication before it is parsed; never raises."""
    try:
        text = text_of(body, [])
        try:
            values = values_of(text, []) if trimmed(text) else []
        except Unusable:
            values = []
        return _secrets(redact.named_spans(text), values or [], query)
    except Unusable:
        return _secrets([], [], query)


def _secrets(spans: list[redact.Span], values: list[Any], query: Mapping[str, str]) -> tuple[str, ...]:
    found = [*redact.secrets_in(values), *(secret for _, _, secret in spans), *redact.secrets_in(dict(query))]
    return tuple(dict.fromkeys(found))


def _documents(
    text: str, values: list[Any], query: Mapping[str, str], repairs: list[str]
) -> tuple[list[dict[str, Any]], str]:
    """The objects to interpret, and the name of the convention they follow."""
    if not values and not trimmed(text):
        if not real_value_in(dict(query)):
            raise refuse("empty_body")
        return [{}], "query"
    if not values:
        for line in text.splitlines():
            check_string(line)
        return read_text(text, repairs)
    documents, convention = documents_of(values, repairs)
    return documents, convention or name_of(frozenset().union(*(shape_of(document).told for document in documents)))


def _id_key(documents: list[dict[str, Any]], source: SourceRules) -> str | None:
    """The sender's own id of this delivery, where the source says that it has one."""
    if not source.id_is_key:
        return None
    path = (source.mapping or {}).get("id")
    for document in documents:
        if path:
            return reference(at_path(document, path))
        for name in MESSAGE_ID:
            for key, value in document.items():
                if squash(key) == name and reference(value):
                    return reference(value)
    return None


def _salvaged(body: bytes) -> str:
    """What may be kept of a refused body: its first 64 KiB as text, secrets removed by name."""
    text = body[: 64 * 1024].decode("utf-8", "replace").replace("\x00", "\ufffd")
    spans = redact.named_spans(text)
    return redact.redacted_text(text, spans, [value for _, _, value in spans[:MAX_SECRETS]], [])
