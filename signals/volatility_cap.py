"""What the market's own movement leaves of a size: a bar of usual size moves the account by no more than a set part."""

from decimal import Decimal

from signals.caps import Caps, Case
from signals.reasons import number


def volatility_target(case: Case, caps: Caps) -> None:
    """E·σ* / (σ·price·point value). σ is what the alert brings; without it the target limits nothing, and says so."""
    target, volatility = case.rules.volatility_target, case.volatility
    if target is None:
        return
    if volatility is None or volatility <= 0:
        caps.note("volatility_unknown", "No volatility is known, so its target did not limit the size.")
        return
    per_unit = volatility * float(case.trade.price / case.trade.distance * case.trade.risk_money)
    units = Decimal(str(case.rules.equity * target / per_unit))
    caps.limit(units, "volatility_target", f"The volatility target allows {number(float(units))} units.")
