"""How good a model's probabilities are, each figure with its interval and its n, and when that can be chance."""

from typing import Any

import numpy as np

from ml.bars import Floats, Ints
from ml.compiled import wilson

Figure = dict[str, float]
_BINS = 10
_DRAWS = 400


def figures(p: Floats, y: Ints, base: Floats, seed: int = 0) -> dict[str, Any]:
    """Brier score and its skill against the base rate, log-loss, AUC, ECE with its null band, reliability bins.

    `p` are out-of-sample probabilities in time order, `y` the outcomes, `base` for each row the base rate that was
    known before it. Intervals are 95 %, from a bootstrap of time blocks (neighbouring trades share their market).
    """
    values = _values(p, y, base)
    draws = [_values(p[rows], y[rows], base[rows]) for rows in _blocks(len(y), seed)]
    told: dict[str, Any] = {"n": len(y)}
    for name, value in values.items():
        spread = np.array([draw[name] for draw in draws])
        spread = spread[np.isfinite(spread)]
        low, high = np.quantile(spread, [0.025, 0.975]) if len(spread) else (value, value)
        told[name] = {"value": value, "low": float(low), "high": float(high)}
    told["ece"] = {"value": ece(p, y), "null_mean": null_band(p, seed)[0], "null_95": null_band(p, seed)[1]}
    told["reliability"] = reliability(p, y)
    return told


def brier(p: Floats, y: Ints) -> float:
    """Mean squared error of the probability (Brier 1950): 0 is perfect."""
    return float(np.mean((p - y) ** 2))


def log_loss(p: Floats, y: Ints) -> float:
    """Mean negative log-likelihood in nats; probabilities are kept one in a million away from 0 and 1."""
    q = np.clip(p, 1e-6, 1.0 - 1e-6)
    return float(-np.mean(y * np.log(q) + (1 - y) * np.log(1.0 - q)))


def auc(p: Floats, y: Ints) -> float:
    """The chance that a winner was given more than a loser, ties half (Mann-Whitney); NaN when one kind is absent."""
    wins = int(y.sum())
    losses = len(y) - wins
    if wins == 0 or losses == 0:
        return float("nan")
    _, inverse, counts = np.unique(p, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2.0
    return float((ranks[inverse][y == 1].sum() - wins * (wins + 1) / 2.0) / (wins * losses))


def ece(p: Floats, y: Ints) -> float:
    """Expected calibration error over ten bins of equal count."""
    order = np.argsort(p, kind="stable")
    gaps = [abs(float(p[rows].mean()) - float(y[rows].mean())) * len(rows) for rows in _bins(order)]
    return sum(gaps) / len(p)


def null_band(p: Floats, seed: int = 0, level: float = 0.95) -> tuple[float, float]:
    """Mean and `level` quantile of the ECE that a perfectly calibrated model with these probabilities would show.

    An ECE beyond it is what the ML hub warns of: a perfect model is accused with chance 1 − `level`.
    """
    chance = np.random.default_rng(seed)
    order = np.argsort(p, kind="stable")
    q = p[order]
    wins = chance.random((_DRAWS, len(q))) < q
    total = np.zeros(_DRAWS)
    for rows in _bins(np.arange(len(q))):
        total += np.abs(wins[:, rows].mean(axis=1) - q[rows].mean()) * len(rows)
    errors = total / len(q)
    return float(errors.mean()), float(np.quantile(errors, level))


def reliability(p: Floats, y: Ints) -> list[dict[str, float]]:
    """Bins of equal count: mean prediction, observed rate with its 90 % Wilson interval, upper edge and count."""
    told = []
    for rows in _bins(np.argsort(p, kind="stable")):
        rate, n = float(y[rows].mean()), len(rows)
        low, high = wilson(rate, n)
        told.append({"predicted": float(p[rows].mean()), "observed": rate, "low": low, "high": high,
                     "upto": float(p[rows[-1]]), "n": n})  # fmt: skip
    return told


def _values(p: Floats, y: Ints, base: Floats) -> Figure:
    reference = brier(base, y)
    skill = 1.0 - brier(p, y) / reference if reference > 0 else float("nan")
    return {"brier": brier(p, y), "skill": skill, "log_loss": log_loss(p, y), "auc": auc(p, y)}


def _bins(order: Ints) -> list[Ints]:
    return [rows for rows in np.array_split(order, _BINS) if len(rows)]


def _blocks(n: int, seed: int) -> list[Ints]:
    """Resampled row numbers made of whole blocks of neighbouring rows, about √n long."""
    chance = np.random.default_rng(seed)
    length = max(1, int(np.sqrt(n)))
    count = -(-n // length)
    starts = chance.integers(0, max(1, n - length + 1), size=(_DRAWS, count))
    return [(row[:, None] + np.arange(length)).ravel()[:n] for row in starts]
