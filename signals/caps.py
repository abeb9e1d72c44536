"""What limits a size is a cap: a function that looks at the case and tells `Caps` how much it leaves, and why.

The table of them is `CAPS` in `signals/sizing.py`; docs/extending.md shows one more.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from signals.plan import Plan
from signals.reasons import Reason, reason
from signals.rules import SizingRules


@dataclass(frozen=True, slots=True)
class Case:
    """What a cap may look at. `low` is the cautious probability of a promoted model, `volatility` σ per bar as a
    fraction of the price; None when there is none."""

    trade: Plan
    rules: SizingRules
    low: float | None = None
    volatility: float | None = None

    @property
    def money(self) -> Decimal:
        """What the trade may lose with its costs, in the account's money: E·r."""
        return Decimal(str(self.rules.equity)) * Decimal(str(self.rules.risk_per_trade))

    @property
    def per_unit(self) -> Decimal:
        """What a quantity of 1 loses at its stop, costs included."""
        return self.trade.risk_money + self.trade.cost_money


@dataclass(slots=True)
class Caps:
    """The caps met so far, in the instrument's units; `path` holds the reason of each, in the order they were met."""

    fixed: Decimal
    path: list[Reason] = field(default_factory=list)
    share: Decimal = Decimal(1)
    binding: Reason | None = None
    _others: list[tuple[Decimal, Reason]] = field(default_factory=list)

    def note(self, code: str, text: str) -> None:
        """Say something that limits nothing."""
        self.path.append(reason(code, text))

    def leave(self, share: Decimal, code: str, text: str, *, first: bool = False) -> None:
        """Leave this part of the fixed fraction: 0 is a veto. The smallest part counts, and is named."""
        why = reason(code, text)
        self.path.insert(0 if first else len(self.path), why)
        if share < self.share:
            self.share, self.binding = share, why

    def limit(self, units: Decimal, code: str, text: str) -> None:
        """Allow no more than so many units. The smallest limit counts, and is named."""
        self.path.append(reason(code, text))
        self._others.append((units, self.path[-1]))

    def smallest(self) -> Decimal:
        """What all of them leave, not yet rounded to lots; `binding` is then the one that does."""
        quantity = self.fixed * self.share
        for cap, why in self._others:
            if cap < quantity:
                quantity, self.binding = cap, why
        return max(quantity, Decimal(0))


Cap = Callable[[Case, Caps], None]
