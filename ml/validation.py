"""Splits in time order only, so that nothing a model is judged on was known while it learned."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ml.bars import Ints


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers: `fit` the estimator, `calibrate` on a later slice, `test` on a later one still."""

    fit: Ints
    calibrate: Ints
    test: Ints


def walk_forward(
    start: Ints, end: Ints, *, folds: int = 5, calibrate: float = 0.25, embargo: float = 0.0
) -> Iterator[Split]:
    """Expanding windows over rows in time order (`start` when decided, `end` when the outcome was known, seconds).

    The rows are cut into `folds` + 1 blocks; each block but the first is tested by what came before it. A row is
    purged from a learning window when its outcome was known later than `embargo` seconds before the next window
    begins (López de Prado, Advances in Financial Machine Learning, 2018, ch. 7). The last `calibrate` share of what
    came before is the calibration slice.
    """
    edges = np.linspace(0, len(start), folds + 2).astype(np.int64)
    for first, last in pairwise(edges[1:].tolist()):
        if last > first:
            yield split(start, end, first, last, calibrate=calibrate, embargo=embargo)


def split(start: Ints, end: Ints, first: int, last: int, *, calibrate: float = 0.25, embargo: float = 0.0) -> Split:
    """Tests rows `first` to `last` (exclusive) by the rows before them; with `first` = n nothing is left to test."""
    rows = np.arange(len(start))
    past = rows[:first]
    if first < len(start):
        past = past[end[:first] <= start[first] - embargo]
    cut = int(len(past) * (1.0 - calibrate))
    fit, later = past[:cut], past[cut:]
    if len(later):
        fit = fit[end[fit] <= start[later[0]] - embargo]
    return Split(fit, later, rows[first:last])
