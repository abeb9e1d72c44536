"""How much to trade: every cap that needs no portfolio, the smallest wins, and each step taken leaves its reason.

The formulas stand in docs/sizing.md; costs and rewards are in R as in `signals.plan`.
"""

from decimal import Decimal
from typing import Literal, Protocol

from events.record import record
from signals.caps import Cap, Caps, Case
from signals.model_caps import confidence, edge, kelly_fraction
from signals.plan import NoPlan, Plan
from signals.reasons import Reason, number, reason
from signals.rules import SizingRules
from signals.volatility_cap import volatility_target
from trading.instruments import round_quantity

Verdict = Literal["none", "take", "reduce", "skip", "unscored"]

# What limits a size beside the fixed fraction, asked in this order. One more is a file and a line here.
CAPS: tuple[Cap, ...] = (confidence, edge, kelly_fraction, volatility_target)


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


@record
class Sized:
    """A verdict, a quantity in the instrument's units (never negative), and the reasons, the binding one first."""

    verdict: Verdict
    quantity: float
    reasons: tuple[Reason, ...]


def size(trade: Plan | NoPlan, score: Scored, rules: SizingRules, volatility: float | None = None) -> Sized:
    """The verdict on a planned trade. `volatility` is σ per bar as a fraction, None when unknown."""
    if isinstance(trade, NoPlan):
        return Sized("skip", 0.0, (trade.binding, *trade.reasons))
    bare = Case(trade, rules)
    caps = Caps(fixed=bare.money / bare.per_unit)
    full = round_quantity(trade.instrument, caps.fixed)
    _fixed_fraction(bare, caps)
    if rules.equity_assumed:
        caps.note("equity_assumed", f"An account of {number(rules.equity)} is assumed; set ACCOUNT_EQUITY.")
    unscored, low = _model(score, rules, caps)
    case = Case(trade, rules, low, volatility)
    for cap in CAPS:
        cap(case, caps)
    caps.path += trade.reasons
    quantity = round_quantity(trade.instrument, caps.smallest())
    if quantity == 0 and (caps.binding is None or full == 0):
        caps.binding = _lot_zero(case)
        caps.path.append(caps.binding)
    elif quantity == 0 and caps.share > 0:
        caps.note("lot_zero", f"What is left is below one lot of {number(float(trade.instrument.lot))}.")
    verdict: Verdict = "take" if quantity >= full else "reduce"
    if quantity == 0:
        verdict = "skip"
    if unscored:
        verdict = "unscored"
    elif quantity == 0 and caps.binding in caps.path:
        caps.path.remove(caps.binding)
        caps.path.insert(0, caps.binding)
    return Sized(verdict, float(quantity), tuple(caps.path))


def _fixed_fraction(case: Case, caps: Caps) -> None:
    rules = case.rules
    # What differs from row to row comes first: a list shows no more than the beginning.
    text = (
        f"{number(float(caps.fixed))} units: the stop is {number(float(case.trade.distance))} away, "
        f"{number(float(case.per_unit))} a unit with costs, of the {number(float(case.money))} that "
        f"{number(rules.risk_per_trade * 100)} % of {number(rules.equity)} allow."
    )
    caps.note("fixed_fraction", text)


def _lot_zero(case: Case) -> Reason:
    found = case.trade.instrument
    risk = number(float(case.per_unit * found.lot))
    text = (
        f"One lot of {found.symbol} ({number(float(found.lot))}) would risk {risk}, "
        f"more than the {number(float(case.money))} allowed."
    )
    return reason("lot_zero", text)


def _model(score: Scored, rules: SizingRules, caps: Caps) -> tuple[bool, float | None]:
    """Whether a promoted model failed to answer, and its cautious probability; None where none is to be used."""
    if score.starter or score.reason == "model_missing":
        caps.note("model_missing", "No trained model was promoted: the size goes without one.")
        if score.starter:
            caps.note("starter_ignored", "The starter model's probability is shown but not used.")
        return False, None
    low = score.probability_low if score.probability_low is not None else score.probability
    if low is None or score.reason is not None:
        share = Decimal(str(rules.unscored_policy))
        text = f"The model gave no usable probability: {share:.0%} of the size."
        caps.leave(share, score.reason or "model_error", text, first=True)
        return True, None
    return False, low
