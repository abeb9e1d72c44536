"""Shared by the parser's tests: one moment of receipt and short ways to read a body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from signals.alert import Alert, Parsed, SourceRules, Unusable
from signals.alert.parser import understood

RECEIVED = datetime(2026, 3, 4, 14, 35, 2, tzinfo=UTC)


def parsed(body: Any, *, query: Mapping[str, str] | None = None, at: datetime = RECEIVED, **rules: Any) -> Parsed:
    """The body (text, bytes, or an object sent as JSON) as the parser understands it, without its net."""
    if not isinstance(body, (str, bytes)):
        body = json.dumps(body)
    raw = body.encode() if isinstance(body, str) else body
    return understood(raw, query=query or {}, received_at=at, source=SourceRules(**rules))


def read(body: Any, **options: Any) -> Alert:
    """The first alert of a body."""
    return parsed(body, **options).alerts[0]


def told(alert: Alert, names: Mapping[str, Any]) -> dict[str, Any]:
    """The named fields of an alert, to be compared with what was expected."""
    return {name: getattr(alert, name) for name in names}


def refusal(body: Any, **options: Any) -> str:
    """The reason code with which a body is refused; "accepted" when it is not."""
    try:
        parsed(body, **options)
    except Unusable as unusable:
        told = 400 <= unusable.status < 500 and unusable.message and unusable.hint
        return unusable.code if told else "refused without words"
    return "accepted"
