"""What a model looks like to the scorer, so that it need not know how the model computes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from events.record import record

Contribution = tuple[str, float, float]


@record
class Prediction:
    """A probability (0 to 1), its interval (None when no outcomes support one), and what each feature added.

    Contributions are (feature, value, log-odds); with `baseline` they sum to the probability's log-odds.
    """

    probability: float
    probability_low: float | None = None
    probability_high: float | None = None
    contributions: tuple[Contribution, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that passed every check. `predict` is pure and runs in a native thread: plain values in and out.

    `quick`: it is our own arithmetic over a few dozen numbers (`compiled.py`), which costs less than asking a thread.
    """

    id: str
    starter: bool
    predict: Callable[[Mapping[str, float]], Prediction]
    card: Mapping[str, Any]
    quick: bool = False
