"""How much to trade: every cap that needs no portfolio, the smallest wins, and each step taken leaves its reason.

The formulas are those of the design's table "Position size"; costs and rewards in R as in `signals.plan`.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol

from signals.plan import NoPlan, Plan
from signals.reasons import Reason, number, reason
from signals.rules import SizingRules
from trading.instruments import round_quantity

Verdict = Literal["none", "take", "reduce", "skip", "unscored"]


class Scored(Protocol):
    """What sizing reads of a score (`ml.scorer.Score` is one)."""

    @property
    def probability(self) -> float | None: ...
    @property
    def probability_low(self) -> float | None: ...
    @property
    def starter(self) -> bool: ...
    @property
    def reason(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Sized:
    """A verdict, a quantity in the instrument's units (never negative), and the reasons, the binding one first."""

    verdict: Verdict
    quantity: float
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class _Caps:
    """The caps met so far, in quantity; `share` is the part of the fixed fraction that the model leaves."""

    fixed: Decimal
    share: Decimal = Decimal(1)
    others: list[tuple[Decimal, Reason]] = field(default_factory=list)
    binding: Reason | None = None

    def keep(self, share: Decimal, why: Reason) -> None:
        if share < self.share:
            self.share, self.binding = share, why

    def smallest(self) -> Decimal:
        quantity = self.fixed * self.share
        for cap, why in self.others:
            if cap < quantity:
                quantity, self.binding = cap, why
        return quantity


def edge_zero(reward: float, cost: float) -> float:
    """The probability at which a trade of reward b and cost c (both in R) breaks even: (1 + c) / (1 + b)."""
    return (1.0 + cost) / (1.0 + reward)


def kelly(probability: float, reward: float) -> float:
    """Kelly's fraction f = (p·b − q) / b; negative where the trade loses on average."""
    return (probability * reward - (1.0 - probability)) / reward


def ewma_volatility(returns: list[float], decay: float = 0.94) -> float:
    """The exponentially weighted standard deviation of returns, oldest first (RiskMetrics 1996, λ = 0.94)."""
    variance = returns[0] ** 2
    for value in returns[1:]:
        variance = decay * variance + (1.0 - decay) * value**2
    return float(variance**0.5)


def size(trade: Plan | NoPlan, score: Scored, rules: SizingRules, volatility: float | None = None) -> Sized:
    """The verdict on a planned trade. `volatility` is σ per bar as a fraction, None when unknown."""
    if isinstance(trade, NoPlan):
        return Sized("skip", 0.0, (trade.binding, *trade.reasons))
    money = Decimal(str(rules.equity)) * Decimal(str(rules.risk_per_trade))
    per_unit = trade.risk_money + trade.cost_money
    caps = _Caps(fixed=money / per_unit)
    full = round_quantity(trade.instrument, caps.fixed)
    path = [_fixed_fraction(trade, rules, money, per_unit, caps.fixed)]
    if rules.equity_assumed:
        path.append(reason("equity_assumed", f"An account of {number(rules.equity)} is assumed; set ACCOUNT_EQUITY."))
    unscored = _model(trade, score, rules, caps, path)
    _volatility_target(trade, rules, volatility, caps, path)
    path += trade.reasons
    quantity = round_quantity(trade.instrument, max(caps.smallest(), Decimal(0)))
    if quantity == 0 and (caps.binding is None or full == 0):
        caps.binding = _lot_zero(trade, money, per_unit)
        path.append(caps.binding)
    elif quantity == 0 and caps.share > 0:
        path.append(reason("lot_zero", f"What is left is below one lot of {number(float(trade.instrument.lot))}."))
    verdict: Verdict = "take" if quantity >= full else "reduce"
    if quantity == 0:
        verdict = "skip"
    if unscored:
        verdict = "unscored"
    elif quantity == 0 and caps.binding in path:
        path.remove(caps.binding)
        path.insert(0, caps.binding)
    return Sized(verdict, float(quantity), tuple(path))


def _fixed_fraction(trade: Plan, rules: SizingRules, money: Decimal, per_unit: Decimal, units: Decimal) -> Reason:
    # What differs from row to row comes first: a list shows no more than the beginning.
    text = (
        f"{number(float(units))} units: the stop is {number(float(trade.distance))} away, "
        f"{number(float(per_unit))} a unit with costs, of the {number(float(money))} that "
        f"{number(rules.risk_per_trade * 100)} % of {number(rules.equity)} allow."
    )
    return reason("fixed_fraction", text)


def _lot_zero(trade: Plan, money: Decimal, per_unit: Decimal) -> Reason:
    lot = trade.instrument.lot
    text = (
        f"One lot of {trade.instrument.symbol} ({number(float(lot))}) would risk {number(float(per_unit * lot))}, "
        f"more than the {number(float(money))} allowed."
    )
    return reason("lot_zero", text)


def _model(trade: Plan, score: Scored, rules: SizingRules, caps: _Caps, path: list[Reason]) -> bool:
    """What the model does to the size; True when a promoted model gave no usable probability."""
    if score.starter or score.reason == "model_missing":
        path.append(reason("model_missing", "No trained model was promoted: the size goes without one."))
        if score.starter:
            path.append(reason("starter_ignored", "The starter model's probability is shown but not used."))
        return False
    low = score.probability_low if score.probability_low is not None else score.probability
    if low is None or score.reason is not None:
        share = Decimal(str(rules.unscored_policy))
        why = reason(score.reason or "model_error", f"The model gave no usable probability: {share:.0%} of the size.")
        path.insert(0, why)
        caps.keep(share, why)
        return True
    _confidence(low, rules, caps, path)
    _edge(trade, low, rules, caps, path)
    _kelly(trade, low, rules, caps, path)
    return False


def _confidence(low: float, rules: SizingRules, caps: _Caps, path: list[Reason]) -> None:
    if rules.min_confidence is not None and low < rules.min_confidence:
        why = reason("below_min_confidence", f"{low:.3f} is below MIN_CONFIDENCE {rules.min_confidence:.3f}.")
        path.append(why)
        caps.keep(Decimal(0), why)
    elif rules.full_confidence is not None and low < rules.full_confidence:
        why = reason("below_full_confidence", f"{low:.3f} is below FULL_CONFIDENCE {rules.full_confidence:.3f}: half.")
        path.append(why)
        caps.keep(Decimal("0.5"), why)


def _edge(trade: Plan, low: float, rules: SizingRules, caps: _Caps, path: list[Reason]) -> None:
    zero = edge_zero(trade.reward, trade.cost)
    edge = low - zero
    told = f"p_low {low:.3f} − break-even {zero:.3f} is an edge of {edge:+.3f}"
    if edge >= rules.full_edge:
        path.append(reason("edge_full", f"{told}: the full size."))
        return
    share, code, rest = (
        (Decimal("0.5"), "edge_half", "half the size.") if edge >= 0 else (Decimal(0), "edge_negative", "no trade.")
    )
    why = reason(code, f"{told}: {rest}")
    path.append(why)
    caps.keep(share, why)


def _kelly(trade: Plan, low: float, rules: SizingRules, caps: _Caps, path: list[Reason]) -> None:
    if rules.kelly_fraction <= 0:
        return
    fraction = kelly(low, trade.reward)
    if fraction < 0:
        why = reason("kelly_negative", f"Kelly's fraction is {fraction:.3f}: the trade loses on average.")
        path.append(why)
        caps.keep(Decimal(0), why)
        return
    used = min(min(rules.kelly_fraction, 0.25) * fraction, rules.risk_per_trade)
    why = reason("kelly_cap", f"Kelly allows {used * 100:.3f} % of the account at risk.")
    path.append(why)
    money = Decimal(str(rules.equity)) * Decimal(str(used))
    caps.others.append((money / (trade.risk_money + trade.cost_money), why))


def _volatility_target(
    trade: Plan, rules: SizingRules, volatility: float | None, caps: _Caps, path: list[Reason]
) -> None:
    if rules.volatility_target is None:
        return
    if volatility is None or volatility <= 0:
        path.append(reason("volatility_unknown", "No volatility is known, so its target did not limit the size."))
        return
    per_unit = volatility * float(trade.price / trade.distance * trade.risk_money)
    units = Decimal(str(rules.equity * rules.volatility_target / per_unit))
    why = reason("volatility_target", f"The volatility target allows {number(float(units))} units.")
    path.append(why)
    caps.others.append((units, why))
