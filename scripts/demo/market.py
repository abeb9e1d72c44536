"""Random walks with the tick sizes, prices and nerves of known markets; the same seed gives the same prices."""

import random
from dataclasses import dataclass


@dataclass
class Market:
    """One symbol; `nerves` is the standard deviation of a bar's return."""

    symbol: str
    exchange: str
    price: float
    tick: float
    nerves: float
    opened_at: float = 0.0
    drift: float = 0.0

    def __post_init__(self) -> None:
        self.opened_at = self.price

    def step(self, chance: random.Random) -> float:
        """The next bar's close, on a tick."""
        # A drift that comes and goes makes trends, so that both winners and losers are seen.
        self.drift = 0.9 * self.drift + chance.gauss(0.0, self.nerves / 4)
        self.price = self.rounded(self.price * (1 + self.drift + chance.gauss(0.0, self.nerves)))
        return self.price

    def rounded(self, price: float) -> float:
        return round(max(self.tick, round(price / self.tick) * self.tick), 6)

    @property
    def change(self) -> float:
        """Since the demo began, as a fraction."""
        return self.price / self.opened_at - 1


def markets() -> list[Market]:
    return [
        Market("MNQ1!", "CME_MINI", 25_118.25, 0.25, 0.0006),
        Market("MES1!", "CME_MINI", 6_842.50, 0.25, 0.0005),
        Market("BTCUSD", "COINBASE", 91_240.0, 0.01, 0.0012),
        Market("ETHUSD", "COINBASE", 3_012.40, 0.01, 0.0015),
        Market("AAPL", "NASDAQ", 271.49, 0.01, 0.0008),
        Market("EURUSD", "OANDA", 1.15120, 0.00001, 0.0002),
    ]
