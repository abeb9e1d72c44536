"""What a promoted model's probability leaves of a size: absolute limits, steps of the edge, and Kelly's fraction.

Each takes the cautious bound, never the middle; without a usable probability none of them says anything.
"""

from decimal import Decimal

from signals.caps import Caps, Case

_HALF, _NOTHING = Decimal("0.5"), Decimal(0)


def edge_zero(reward: float, cost: float) -> float:
    """The probability at which a trade of reward b and cost c (both in R) breaks even: (1 + c) / (1 + b)."""
    return (1.0 + cost) / (1.0 + reward)


def kelly(probability: float, reward: float) -> float:
    """Kelly's fraction f = (p·b − q) / b (Kelly 1956); negative where the trade loses on average."""
    return (probability * reward - (1.0 - probability)) / reward


def confidence(case: Case, caps: Caps) -> None:
    """MIN_CONFIDENCE vetoes, FULL_CONFIDENCE halves; both are off unless set."""
    low, least, full = case.low, case.rules.min_confidence, case.rules.full_confidence
    if low is None:
        return
    if least is not None and low < least:
        caps.leave(_NOTHING, "below_min_confidence", f"{low:.3f} is below MIN_CONFIDENCE {least:.3f}.")
    elif full is not None and low < full:
        caps.leave(_HALF, "below_full_confidence", f"{low:.3f} is below FULL_CONFIDENCE {full:.3f}: half.")


def edge(case: Case, caps: Caps) -> None:
    """Full at an edge of FULL_EDGE or more over break-even, half at 0 or more, else no trade."""
    if case.low is None:
        return
    zero = edge_zero(case.trade.reward, case.trade.cost)
    over = case.low - zero
    told = f"p_low {case.low:.3f} − break-even {zero:.3f} is an edge of {over:+.3f}"
    if over >= case.rules.full_edge:
        caps.note("edge_full", f"{told}: the full size.")
    elif over >= 0:
        caps.leave(_HALF, "edge_half", f"{told}: half the size.")
    else:
        caps.leave(_NOTHING, "edge_negative", f"{told}: no trade.")


def kelly_fraction(case: Case, caps: Caps) -> None:
    """λ·f of the account at risk, λ at most a quarter and the whole at most `risk_per_trade`; a negative f vetoes."""
    rules = case.rules
    if case.low is None or rules.kelly_fraction <= 0:
        return
    fraction = kelly(case.low, case.trade.reward)
    if fraction < 0:
        caps.leave(_NOTHING, "kelly_negative", f"Kelly's fraction is {fraction:.3f}: the trade loses on average.")
        return
    used = min(min(rules.kelly_fraction, 0.25) * fraction, rules.risk_per_trade)
    money = Decimal(str(rules.equity)) * Decimal(str(used))
    caps.limit(money / case.per_unit, "kelly_cap", f"Kelly allows {used * 100:.3f} % of the account at risk.")
