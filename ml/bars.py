"""Price bars as arrays: read from TradingView's chart export, or simulated from a seed."""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.errors import TrainingError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bars:
    """`time` is Unix seconds UTC of each bar's open, strictly rising; prices in the instrument's currency."""

    time: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    seconds: int

    def __len__(self) -> int:
        return len(self.time)

    def first(self, count: int) -> "Bars":
        """Only what was known after `count` bars."""
        cut = slice(count)
        return Bars(self.time[cut], self.open[cut], self.high[cut], self.low[cut], self.close[cut],
                    self.volume[cut], self.seconds)  # fmt: skip


def read_csv(path: Path) -> Bars:
    """Bars of a chart export (`time,open,high,low,close,Volume`, gzip or plain); raises TrainingError."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        table = np.array([[_cell(row, name) for name in _COLUMNS] for row in rows], dtype=np.float64)
    except FileNotFoundError as error:
        raise TrainingError("bars_unreadable", f"There is no file {path}.", "Check --bars.") from error
    except KeyError as error:
        hint = "Export the chart's data from TradingView with Unix time stamps."
        raise TrainingError("bars_unreadable", f"{path.name} has no column {error}.", hint) from error
    except (OSError, EOFError, TypeError, ValueError) as error:
        hint = "Export the chart's data from TradingView with Unix time stamps."
        raise TrainingError("bars_unreadable", f"{path.name} is not a chart export: {error}", hint) from error
    if len(table) < 2 or not np.isfinite(table).all() or (np.diff(table[:, 0]) <= 0).any():
        hint = "Each bar needs a later time than the one before, and finite prices."
        raise TrainingError("bars_unreadable", f"{path.name} holds no usable sequence of bars.", hint)
    if (table[:, 1:5] <= 0).any() or (table[:, 2] < table[:, 3]).any():
        raise TrainingError("bars_unreadable", f"{path.name} holds impossible prices.", "High must not be below low.")
    steps, counts = np.unique(np.diff(table[:, 0]).astype(np.int64), return_counts=True)
    o, h, low, c, v = table[:, 1:6].T.copy()
    return Bars(table[:, 0].astype(np.int64), o, h, low, c, v, int(steps[counts.argmax()]))


_COLUMNS = ("time", "open", "high", "low", "close", "Volume")


def _cell(row: dict[str, str], name: str) -> float:
    if name == "Volume":
        return float(row.get("Volume") or row.get("volume") or 0.0)
    return float(row[name])


def simulate(seed: int, count: int, *, seconds: int = 300, memory: float = 0.0, start: int = 1_735_740_000) -> Bars:
    """`count` bars of a made-up market, always the same for a seed.

    Its log price is a random walk with clustered volatility; `memory` (0 to 1) is the share of each bar's variance
    that comes from a slowly turning drift. With 0 nothing can be learned from it, which is how leaks are found.
    """
    chance = np.random.default_rng(seed)
    volatility = 0.0008 * np.exp(_slow(chance, count, 0.98) * 0.4)
    drift = _slow(chance, count, 0.97)
    shocks = chance.standard_normal((count, 12)) / np.sqrt(12.0)
    steps = volatility[:, None] * (np.sqrt(1.0 - memory) * shocks + np.sqrt(memory) * drift[:, None] / 12.0)
    path = 100.0 * np.exp(np.cumsum(steps.ravel())).reshape(count, 12)
    opens = np.concatenate(([100.0], path[:-1, -1]))
    highs, lows = np.maximum(path.max(axis=1), opens), np.minimum(path.min(axis=1), opens)
    volume = np.round(1000.0 * np.exp(chance.standard_normal(count) * 0.3) * (1.0 + np.abs(drift)))
    times = start + seconds * np.arange(count, dtype=np.int64)
    return Bars(times, opens, highs, lows, path[:, -1].copy(), volume, seconds)


def _slow(chance: np.random.Generator, count: int, keep: float) -> Floats:
    """A first-order autoregression of unit variance."""
    shocks = chance.standard_normal(count) * np.sqrt(1.0 - keep * keep)
    values = np.empty(count)
    now = float(chance.standard_normal())
    for i in range(count):
        now = keep * now + float(shocks[i])
        values[i] = now
    return values
