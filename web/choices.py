"""What people may set while the desk runs: each key with its shape, its default and whom it belongs to.

A new one is a model and a line in `CHOICES`; the API, the snapshot and every browser follow from that.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from events import catalogue, searching, wire
from events.errors import BadQuery
from web.errors import BadRequest, NotFound

# All of them travel in every snapshot, so that a value stays small.
MOST_BYTES = 16 * 1024
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
Kind = Literal["scan", "strategy", "order", "profit", "rebalance", "info", "warning", "error"]


class Value(BaseModel):
    """Strict base: what is unknown is refused, NaN too."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class HighConfidence(Value):
    """From which probability (0 to 1) a signal is worth a notification, and whether one is wanted at all."""

    notify: bool = False
    probability: float = Field(0.7, ge=0, le=1)


class Preset(Value):
    """A named filter of the activity feed; what is left out does not filter."""

    name: str = Field(min_length=1, max_length=40)
    types: list[str] = Field(default_factory=list, max_length=len(catalogue.TYPES))
    kinds: list[Kind] = Field(default_factory=list, max_length=8)
    levels: list[Level] = Field(default_factory=list, max_length=5)
    source: str = Field("", max_length=80)
    symbol: str = Field("", max_length=40)
    q: str = Field("", max_length=200)
    regex: str = Field("", max_length=200)

    @field_validator("types")
    @classmethod
    def _known(cls, types: list[str]) -> list[str]:
        if unknown := sorted(set(types) - set(catalogue.TYPES)):
            raise ValueError(f"there is no event type {unknown[0]!r}")
        return types

    @field_validator("regex")
    @classmethod
    def _means_something(cls, regex: str) -> str:
        try:
            searching.pattern(regex)
        except BadQuery as error:
            raise ValueError(error.message) from None
        return regex


class ActivityPresets(Value):
    """The saved filters, in the order in which they are shown."""

    presets: list[Preset] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _named_apart(self) -> ActivityPresets:
        names = [preset.name for preset in self.presets]
        if len(set(names)) != len(names):
            raise ValueError("two presets have the same name")
        return self


class Display(Value):
    """How one person likes to see the desk, in whichever browser."""

    theme: Literal["dark", "light"] = "dark"
    palette: Literal["default", "colour-blind", "red-up"] = "default"
    clock: Literal["exchange", "local", "utc"] = "exchange"
    density: Literal["compact", "comfortable"] = "compact"
    shortcuts: bool = True


@dataclass(frozen=True)
class Choice:
    """`of`: the whole desk's, or one person's (by principal_id)."""

    shape: type[Value]
    of: Literal["desk", "person"]
    says: str

    @property
    def default(self) -> dict[str, Any]:
        return self.shape().model_dump(mode="json")


CHOICES: dict[str, Choice] = {
    "high_confidence": Choice(HighConfidence, "desk", "from which probability a signal is worth a notification"),
    "activity_presets": Choice(ActivityPresets, "desk", "named filters of the activity feed"),
    "display": Choice(Display, "person", "theme, palette, time zone, density and keys"),
}


def known(key: str) -> Choice:
    """The choice of this name. Raises NotFound, naming the nearest."""
    if key in CHOICES:
        return CHOICES[key]
    near = get_close_matches(key, CHOICES, 1)
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(CHOICES)}."
    raise NotFound("unknown_setting", "There is no setting of this name.", hint)


def checked(key: str, before: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """`before` with what was asked in it: what is left out stays. Raises NotFound or BadRequest."""
    choice = known(key)
    try:
        value = choice.shape.model_validate({**before, **asked}).model_dump(mode="json")
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc'])) or key}: {one['msg']}" for one in error.errors())
        raise BadRequest("bad_setting", said[:500], "GET /api/settings has each setting's schema.") from None
    if len(wire.encode(value)) > MOST_BYTES:
        hint = f"At most {MOST_BYTES // 1024} KiB: leave something out."
        raise BadRequest("bad_setting", "The value is too large.", hint)
    return value


def readable(key: str, stored: dict[str, Any]) -> dict[str, Any]:
    """A stored value as today's shape; what another version wrote and this one can't read is the default."""
    choice = CHOICES[key]
    fields = {name: one for name, one in stored.items() if name in choice.shape.model_fields}
    try:
        return choice.shape.model_validate(fields).model_dump(mode="json")
    except ValidationError:
        return choice.default
