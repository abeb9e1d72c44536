"""Scores one row in microseconds without importing numpy or scikit-learn, so that the server stays small and quick.

A trained model is a logistic regression over standardised features and a calibration over its log-odds; this is the
same arithmetic on plain floats. `ml.training` keeps it only when it agrees with scikit-learn on every test row.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from ml.serving import Contribution, Prediction

BEYOND = 3.0  # standard deviations: what lies further out was never seen in training and must not rule the sum
_Z = NormalDist().inv_cdf(0.95)  # both sides together: a 90 % interval


@dataclass(frozen=True, slots=True)
class Evidence:
    """One bin of predictions made out of sample: its upper edge, and how often the `n` trades in it won."""

    upto: float
    observed: float
    n: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model as plain numbers.

    `fill`, `mean`, `scale`, `weights` are in the order of `features`. `calibration` is ("sigmoid", a, b), read as
    log-odds a·z + b, or ("isotonic", xs, ys), read as the straight lines between those points of z.
    """

    features: tuple[str, ...]
    fill: tuple[float, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    calibration: tuple[Any, ...]
    base_rate: float
    evidence: tuple[Evidence, ...] = ()

    def predict(self, features: Mapping[str, float]) -> Prediction:
        """The calibrated probability of one row, its 90 % interval and its contributions; NaN counts as absent."""
        values = list(map(features.__getitem__, self.features))
        parts: list[float] = []
        for value, fill, mean, scale, weight in zip(
            values, self.fill, self.mean, self.scale, self.weights, strict=True
        ):
            away = ((fill if value != value else value) - mean) / scale
            parts.append(weight * (-BEYOND if away < -BEYOND else BEYOND if away > BEYOND else away))
        z = math.fsum(parts) + self.intercept
        probability, slope, offset = self._calibrated(z)
        told: list[Contribution] = []
        missing: list[float] = []
        for name, value, part in zip(self.features, values, parts, strict=True):
            if value == value:
                told.append((name, value, slope * part))
            else:
                missing.append(slope * part)
        baseline = ("baseline", self.base_rate, slope * self.intercept + offset + math.fsum(missing))
        low, high = interval(probability, self.evidence)
        return Prediction(probability, low, high, (baseline, *told))

    def _calibrated(self, z: float) -> tuple[float, float, float]:
        """The probability, and the (slope, offset) that turn raw log-odds into its log-odds here."""
        if self.calibration[0] == "sigmoid":
            _, a, b = self.calibration
            return expit(a * z + b), a, b
        _, xs, ys = self.calibration
        probability = _between(z, xs, ys)
        return probability, 1.0, logit(probability) - z

    def plain(self) -> dict[str, Any]:
        """As builtins only, for the file."""
        return {
            "features": list(self.features),
            "fill": list(self.fill),
            "mean": list(self.mean),
            "scale": list(self.scale),
            "weights": list(self.weights),
            "intercept": self.intercept,
            "calibration": [list(part) if isinstance(part, tuple) else part for part in self.calibration],
            "base_rate": self.base_rate,
            "evidence": [[bin.upto, bin.observed, bin.n] for bin in self.evidence],
        }


def from_plain(data: Mapping[str, Any]) -> Compiled:
    """The reverse of `Compiled.plain`; raises KeyError, TypeError or ValueError on anything else."""
    rows = {name: tuple(float(x) for x in data[name]) for name in ("fill", "mean", "scale", "weights")}
    features = tuple(str(name) for name in data["features"])
    if {len(row) for row in rows.values()} != {len(features)}:
        raise ValueError("the rows differ in length")
    calibration = tuple(tuple(part) if isinstance(part, list) else part for part in data["calibration"])
    if calibration[0] not in ("sigmoid", "isotonic") or len(calibration) != 3:
        raise ValueError("unknown calibration")
    evidence = tuple(Evidence(float(upto), float(observed), int(n)) for upto, observed, n in data["evidence"])
    return Compiled(
        features, **rows, intercept=float(data["intercept"]), calibration=calibration,
        base_rate=float(data["base_rate"]), evidence=evidence,
    )  # fmt: skip


def interval(probability: float, evidence: Sequence[Evidence]) -> tuple[float | None, float | None]:
    """A 90 % interval for a probability: Wilson's, on the `n` out-of-sample trades that were given about as much.

    So its lower bound `probability_low` says: the trades that walk-forward validation scored like this one were `n`,
    and their winning rate was `observed`; with 95 % confidence the true rate is at least this. It starts from the
    smaller (for the upper bound the larger) of the prediction and the observed rate, so that a bin in which the model
    was too sure widens it. (None, None) without evidence. Wilson, J. Am. Stat. Assoc. 22 (1927) 209.
    """
    found = next((bin for bin in evidence if probability <= bin.upto), evidence[-1] if evidence else None)
    if found is None or found.n == 0:
        return None, None
    low = wilson(min(probability, found.observed), found.n)[0]
    high = wilson(max(probability, found.observed), found.n)[1]
    return min(low, probability), max(high, probability)


def wilson(rate: float, n: int, z: float = _Z) -> tuple[float, float]:
    """Wilson's score interval of a rate seen in n trials, within 0 to 1."""
    spread = z * math.sqrt(rate * (1.0 - rate) / n + z * z / (4.0 * n * n))
    middle, whole = rate + z * z / (2.0 * n), 1.0 + z * z / n
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def expit(x: float) -> float:
    """1 / (1 + e^-x) without overflow."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)
    return e / (1.0 + e)


def logit(p: float) -> float:
    """Log-odds; the outermost probabilities are taken as one in a million so that it stays finite."""
    p = min(max(p, 1e-6), 1.0 - 1e-6)
    return math.log(p / (1.0 - p))


def _between(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    i = bisect_right(xs, x)
    x0, x1, y0, y1 = xs[i - 1], xs[i], ys[i - 1], ys[i]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
