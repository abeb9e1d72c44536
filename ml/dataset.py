"""Bars become rows to learn from: each entry with its features as they would have been served, and its outcome."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from ml.bars import Bars, Floats, Ints
from ml.entries import Record, Rule, barriers, indicators, signal
from ml.features import NAMES, compute
from ml.labels import Outcome, label


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows in time order. `x` is (n, features) with NaN for absent, `y` 1 for a win; `start` and `end` are the Unix
    seconds at which each trade was decided and its outcome known. `censored` entries are left out and only counted."""

    x: Floats
    y: Ints
    start: Ints
    end: Ints
    censored: int

    def __len__(self) -> int:
        return len(self.y)

    def take(self, rows: Ints) -> "Dataset":
        return Dataset(self.x[rows], self.y[rows], self.start[rows], self.end[rows], 0)

    @property
    def base_rate(self) -> float:
        return float(self.y.mean()) if len(self.y) else float("nan")


def from_bars(bars: Bars, rule: Rule) -> Dataset:
    """Every entry the rule makes in these bars, one source and symbol."""
    known, record = indicators(bars, rule), Record()
    x, y, start, end, censored = [], [], [], [], 0
    for i in known.crossings.tolist():
        alert = signal(bars, known, rule, i)
        features = compute(alert, record.before(alert))
        outcome = label(bars, i, barriers(alert, rule))
        ended = known_at(bars, outcome)
        record.add(alert, outcome, datetime.fromtimestamp(ended, UTC))
        if outcome.ending == "censored":
            censored += 1
            continue
        x.append([features[name] for name in NAMES])
        y.append(int(outcome.won))
        start.append(int(bars.time[i]) + bars.seconds)
        end.append(ended)
    shape = np.array(x, dtype=np.float64).reshape(len(y), len(NAMES))
    return Dataset(shape, np.array(y, dtype=np.int64), np.array(start, dtype=np.int64), np.array(end, dtype=np.int64),
                   censored)  # fmt: skip


def known_at(bars: Bars, outcome: Outcome) -> int:
    """Unix seconds at which the outcome was known: the close of its bar."""
    return int(bars.time[outcome.bar]) + bars.seconds


def joined(parts: list[Dataset]) -> Dataset:
    """Several sources or symbols as one, in time order."""
    x, y = np.concatenate([part.x for part in parts]), np.concatenate([part.y for part in parts])
    start, end = np.concatenate([part.start for part in parts]), np.concatenate([part.end for part in parts])
    order = np.argsort(start, kind="stable")
    return Dataset(x[order], y[order], start[order], end[order], sum(part.censored for part in parts))
