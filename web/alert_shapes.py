"""What the API answers about alerts and where they come from, as models: sources, refusals, silences, signals.

Held and used as `web/shapes.py` says.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from events.types.passing import WebhookHealthUpdate
from events.types.signals import SignalRow
from web.shapes import Answer


class Source(Answer):
    """A source's settings. `fixed`: its token stands in the server's settings; `mapping`: our field, their path."""

    name: str
    symbol: str | None
    interval: str | None
    long_only: bool
    mapping: dict[str, str] | None
    timezone: str | None
    expected_every_s: float | None
    id_is_key: bool
    muted_until: str | None
    generation: int
    url: str
    fixed: bool


class Sources(Answer):
    items: list[Source]
    next: None


class Reject(Answer):
    """A refused alert: why, what to change, and its text without its secrets."""

    seq: int
    at: str
    source: str
    code: str
    message: str
    hint: str
    raw: str
    content_type: str | None


class Rejects(Answer):
    items: list[Reject]
    next: str | None


class Silence(Answer):
    """A source, or one symbol of it, fell silent; `until` and `missed` are null while it lasts. Spans in seconds."""

    seq: int
    source: str
    symbol: str | None
    interval: str | None
    since: str
    until: str | None
    missed: int | None
    expected_every_s: float | None
    threshold_s: float | None


class Silences(Answer):
    items: list[Silence]
    next: str | None


class StateSpan(Answer):
    """One stretch of time in one state; `reason` says why nobody can know."""

    begin: str = Field(alias="from")
    to: str
    state: Literal["live", "silent", "closed", "unknown"]
    reason: Literal["not_watched", "never_heard", "learning"] | None


class SourceStates(Answer):
    source: str
    segments: list[StateSpan]


class Timeline(Answer):
    """The states of each source from `from` to `to`, without a hole."""

    begin: str = Field(alias="from")
    to: str
    items: list[SourceStates]
    next: None


class Strangers(Answer):
    """Posts with a token that no source has, since the start."""

    count: int
    last_at: str | None
    since: str


class Setup(Answer):
    """What the owner pastes: the webhook's URL, a message, and a line for a shell; `notice` is what to mend first."""

    url: str
    curl: str
    template: str
    notice: str | None


class WebhookHealth(Answer):
    """`setup` is null for who may not see tokens."""

    items: list[WebhookHealthUpdate]
    next: None
    strangers: Strangers
    setup: Setup | None


class Children(Answer):
    """The updates and exits that are folded into an entry."""

    updates: int
    exits: int
    last_at: str | None


class ListedSignal(SignalRow):
    children: Children


class Signals(Answer):
    items: list[ListedSignal]
    next: str | None


class JourneyStep(Answer):
    """`ms` is the step's own duration, null where none was taken."""

    at: str
    step: str
    text: str
    ms: float | None
    codes: list[str]


class WholeSignal(SignalRow):
    """A signal with its raw text, its journey, and the rows of its updates and exits."""

    raw: str
    content_type: str | None
    query: dict[str, Any]
    repairs: list[str]
    journey: list[JourneyStep]
    children: list[SignalRow]
    children_count: Children
