"""The numbers that a size depends on, gathered so that a decision can be repeated from them alone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SizingRules:
    """What sizes depend on. Fractions are fractions (0.005 is half a percent), money is in `currency`, null is off.

    `unscored_policy` is the share of the full size kept when a promoted model gave no usable probability.
    `kelly_fraction` is λ of docs/sizing.md (0 = off, at most 0.25); `volatility_target` is σ* per bar (None = off).
    `cost_ticks` is what entering and leaving cost together, in ticks: one tick of slippage each way.
    """

    equity: float = 50_000.0
    equity_assumed: bool = True
    currency: str = "USD"
    risk_per_trade: float = 0.005
    full_edge: float = 0.05
    min_confidence: float | None = None
    full_confidence: float | None = None
    unscored_policy: float = 0.0
    kelly_fraction: float = 0.0
    volatility_target: float | None = None
    atr_multiple: float = 2.0
    target_r: float = 2.0
    cost_ticks: float = 2.0
    max_signal_age_s: float = 300.0
