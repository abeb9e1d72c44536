"""What is said about models: a score, a forecast from outside, and what became of a model."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, RootModel

from events.types.base import Data
from events.types.signals import Contribution


class SignalScore(Data):
    """The chance that a signal wins (0 to 1), with its interval and what made it; null when there is none, and why."""

    kind: Literal["signal_score"]
    signal_id: str
    probability: float | None = None
    probability_low: float | None = None
    probability_high: float | None = None
    model_id: str | None = None
    starter: bool = False
    contributions: list[Contribution] | None = None
    reason: str | None = None
    elapsed_ms: float | None = None


class Forecast(Data):
    """A prediction that somebody else's model publishes; more fields than these are kept."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False, frozen=True, protected_namespaces=())

    kind: Literal["forecast"]
    model: str
    symbol: str
    predicted_price: float | None = None
    direction: str | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)


class MlPredictionUpdate(RootModel[SignalScore | Forecast]):
    root: SignalScore | Forecast = Field(discriminator="kind")


class MlModelUpdate(Data):
    """`event` is what happened: trained, promoted, demoted, refused, drifting, failed."""

    model_id: str | None
    event: str
    starter: bool = False
    figures: dict[str, Any] = Field(default_factory=dict)
    reason: str | None = None
