"""The triple barrier: did a trade reach its target before its stop before its time limit?

Barriers are fixed at the decision. What the path can't tell is `censored`, never a loss by default.
"""

from dataclasses import dataclass
from typing import Literal

from ml.bars import Bars

Ending = Literal["target", "stop", "time", "censored"]
MAX_GAP_BARS = 3


@dataclass(frozen=True, slots=True)
class Barriers:
    """A trade as decided: `side` is 1 (buy) or -1 (sell), prices absolute, `limit` in bars after the entry's."""

    side: int
    price: float
    stop: float
    target: float
    limit: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How and in which bar it ended; `r` is the result in multiples of the initial risk, None when censored."""

    ending: Ending
    bar: int
    r: float | None

    @property
    def won(self) -> bool:
        return self.ending == "target"


def label(bars: Bars, entry: int, trade: Barriers) -> Outcome:
    """What became of a trade taken at the close of bar `entry`, read from the bars after it.

    A bar that touches both barriers counts as the stop. A gap of more than 3 missing bars before the end, or a path
    that ends before the limit, is `censored`. At the limit the trade is closed at that bar's close: no win.
    """
    risk = abs(trade.price - trade.stop)
    last = min(entry + trade.limit, len(bars) - 1)
    for i in range(entry + 1, last + 1):
        missing = (int(bars.time[i]) - int(bars.time[i - 1])) // bars.seconds - 1
        if missing > MAX_GAP_BARS:
            return Outcome("censored", i - 1, None)
        high, low = float(bars.high[i]), float(bars.low[i])
        worst, best = (low, high) if trade.side > 0 else (high, low)
        if trade.side * (worst - trade.stop) <= 0:
            return Outcome("stop", i, -1.0)
        if trade.side * (best - trade.target) >= 0:
            return Outcome("target", i, abs(trade.target - trade.price) / risk)
    if entry + trade.limit > len(bars) - 1:
        return Outcome("censored", len(bars) - 1, None)
    return Outcome("time", last, trade.side * (float(bars.close[last]) - trade.price) / risk)
