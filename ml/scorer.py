"""Asks the model in use for a probability, within a deadline and off the loop unless it is our own arithmetic."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from events.record import record
from ml.breaker import Breaker
from ml.errors import Refused
from ml.serving import Contribution, LoadedModel, Prediction


@record
class Score:
    """What the model said, or in `reason` (a code of docs/reasons.md) why it said nothing usable.

    `contributions` are (feature, value, log-odds) and sum to the probability's log-odds; absent features add nothing
    and are left out. `probability_low` and `probability_high` are a 90 % interval, None when none can be stated.
    """

    probability: float | None = None
    probability_low: float | None = None
    probability_high: float | None = None
    model_id: str | None = None
    starter: bool = False
    contributions: tuple[Contribution, ...] = ()
    reason: str | None = None
    elapsed_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class _Failed:
    code: str


class Scorer:
    """One per process; `score` never raises. `call` is a native lane's `call`: `call(fn, *args, timeout=seconds)`."""

    def __init__(
        self,
        call: Callable[..., Any],
        timeout: float = 0.5,
        breaker_failures: int = 3,
        breaker_seconds: float = 30.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._call = call
        self._timeout = timeout
        self._clock = clock
        self._limits = (breaker_failures, breaker_seconds)
        self._breaker = Breaker(*self._limits, self._clock)
        self._model: LoadedModel | None = None
        self._refused: Refused | None = None
        self._training = False

    def use(self, model: LoadedModel | None, refused: Refused | None = None, *, training: bool = False) -> None:
        """From now on ask this model; None leaves signals unscored, as refused or as `model_missing`."""
        self._model, self._refused, self._training = model, refused, training
        self._breaker = Breaker(*self._limits, self._clock)

    @property
    def refused(self) -> Refused | None:
        """Why there is no model although one should serve."""
        return self._refused

    def score(self, features: Mapping[str, float]) -> Score:
        """The probability for one row of `ml.features.compute`."""
        model, breaker = self._model, self._breaker
        if model is None:
            return Score(reason=self._refused.code if self._refused else "model_missing")
        if not breaker.admits():
            return Score(model_id=model.id, starter=model.starter, reason="breaker_open")
        began = self._clock()
        told = self._ask(model, dict(features))
        elapsed = (self._clock() - began) * 1000.0
        if isinstance(told, _Failed):
            breaker.failed()
            return Score(model_id=model.id, starter=model.starter, reason=told.code, elapsed_ms=elapsed)
        breaker.succeeded()
        return Score(
            told.probability,
            told.probability_low,
            told.probability_high,
            model.id,
            model.starter,
            told.contributions,
            None,
            elapsed,
        )

    def _ask(self, model: LoadedModel, features: dict[str, float]) -> Prediction | _Failed:
        try:
            if model.quick:  # bounded, and never code from outside
                told = _predict(model, features)
            else:
                told = self._call(_predict, model, features, timeout=self._timeout)
        except TimeoutError:
            return _Failed("model_timeout")
        except Exception:  # noqa: BLE001 - a lane that can't take the job is one more way not to answer
            return _Failed("model_error")
        return told if isinstance(told, _Failed) else _checked(told)

    def describe(self) -> dict[str, Any]:
        """The card of the model in use as the API shows it; finite numbers only.

        `status` is `champion`, `starter`, `training`, `refused` or `missing`; `reason` a code when it is none of the
        first two; `note` says in words what the figures may not be used for.
        """
        model = self._model
        if model is None:
            status = "training" if self._training else "refused" if self._refused else "missing"
            reason = self._refused.code if self._refused else "model_missing"
            text = self._refused.message if self._refused else None
            return {
                **dict.fromkeys(_SHOWN),
                "id": None,
                "status": status,
                "starter": False,
                "reason": reason,
                "text": text,
            }
        return {
            **{name: model.card.get(name) for name in _SHOWN},
            "id": model.id,
            "status": "starter" if model.starter else "champion",
            "starter": model.starter,
            "reason": "breaker_open" if self._breaker.state == "open" else None,
            "text": None,
        }


_SHOWN = (
    *("trained_at", "n", "censored", "base_rate", "figures", "features", "importance", "label_rule", "windows", "note"),
)


def _predict(model: LoadedModel, features: dict[str, float]) -> Any:
    """In the native thread: whatever a model does wrong becomes a plain value."""
    try:
        return model.predict(features)
    except BaseException as error:  # noqa: BLE001 - also a model that calls sys.exit
        return _Failed(error.code if isinstance(error, Refused) else "model_error")


def _checked(told: Any) -> Prediction | _Failed:
    """A prediction that may be believed to be one: finite, and within 0 to 1."""
    if not isinstance(told, Prediction):
        return _Failed("model_wrong_shape")
    bounds = (told.probability_low, told.probability_high)
    if not _is_probability(told.probability) or not all(b is None or _is_probability(b) for b in bounds):
        return _Failed("model_not_a_number")
    _, *numbers = zip(*told.contributions, strict=True) if told.contributions else ((),)
    if not all(all(map(math.isfinite, some)) for some in numbers):
        return _Failed("model_not_a_number")
    return told


def _is_probability(value: Any) -> bool:
    return isinstance(value, float) and 0.0 <= value <= 1.0
