"""Completes an entry before it is sized: a missing stop and target get stated ones, and the trade is measured in R."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from events.record import record
from signals.reasons import Reason, number, reason
from signals.rules import SizingRules
from trading.instruments import Instrument, instrument, round_price
from trading.markets import STABLE

_AS_DOLLARS = frozenset({"USD", "USDP", *STABLE})


@record
class Plan:
    """A complete trade: `distance` in price units, the account's money per quantity of 1, reward (b), cost (c) in R."""

    instrument: Instrument
    long: bool
    price: Decimal
    stop: Decimal
    targets: tuple[Decimal, ...]
    distance: Decimal
    risk_money: Decimal
    cost_money: Decimal
    reward: float
    cost: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class NoPlan:
    """Why no trade can be planned from this entry."""

    binding: Reason
    reasons: tuple[Reason, ...] = ()


def plan(row: Mapping[str, Any], features: Mapping[str, float], rules: SizingRules) -> Plan | NoPlan:
    """The trade that a row asks for; NoPlan when symbol, side or price is missing or the stop contradicts the side."""
    if not row.get("symbol"):
        return NoPlan(reason("no_symbol", "The alert names no symbol; add ?symbol= to the webhook's URL."))
    if row.get("side") not in ("buy", "sell"):
        return NoPlan(reason("no_side", "The alert does not say whether to buy or to sell."))
    if not row.get("price") or row["price"] <= 0:
        return NoPlan(reason("no_price", "The alert brings no usable price; add {{close}} to its message."))
    found = instrument(row["symbol"], row.get("exchange"))
    price, long = Decimal(str(row["price"])), row["side"] == "buy"
    rate = _rate(found, price, rules.currency)
    if found.kind == "future" and not found.known:
        text = f"The contract of {found.symbol} is not known: without its point value no size is right."
        return NoPlan(reason("instrument_unknown", text))
    if rate is None:
        text = f"{found.symbol} is priced in {found.currency}, the account is in {rules.currency}; no rate is known."
        return NoPlan(reason("currency_unconverted", text))
    notes = _about(found)
    stop = _stop(row, features, rules, found, price, long, notes)
    distance = price - stop if long else stop - price
    if distance <= 0:
        wrong = f"A {row['side']} at {number(float(price))} can't have its stop at {number(float(stop))}."
        return NoPlan(reason("stop_wrong_side", wrong), tuple(notes))
    if found.known:  # no order's stop is nearer than a tick
        distance = max(distance, found.tick_at(price))
    targets = _targets(row, rules, found, price, distance, long, notes)
    risk = distance * found.point_value * rate
    cost = Decimal(str(rules.cost_ticks)) * found.tick_value(price) * rate
    reward = float(abs(targets[0] - price) / distance)
    return Plan(found, long, price, stop, targets, distance, risk, cost, reward, float(cost / risk), tuple(notes))


def _about(found: Instrument) -> list[Reason]:
    notes: list[Reason] = []
    if not found.known:
        text = f"{found.symbol} is not a known instrument: 1 a point, whole lots and a 0.5 % stop are assumed."
        notes.append(reason("instrument_unknown", text))
    return notes


def _rate(found: Instrument, price: Decimal, account: str) -> Decimal | None:
    """The account's money for one unit of the instrument's; None when nothing tells."""
    own = _AS_DOLLARS if account == "USD" else {account}
    if not found.known or found.currency in own:
        return Decimal(1)
    base = found.root.removesuffix(found.currency)
    return 1 / price if base in own else None  # USDJPY's own price is the rate


def _stop(
    row: Mapping[str, Any],
    features: Mapping[str, float],
    rules: SizingRules,
    found: Instrument,
    price: Decimal,
    long: bool,
    notes: list[Reason],
) -> Decimal:
    if row.get("stop"):
        return Decimal(str(row["stop"]))
    atr = features.get("atr") or 0.0
    away = Decimal(str(rules.atr_multiple * atr)) if atr > 0 else found.stop_distance(price)
    stop = round_price(found, price - away if long else price + away, "down" if long else "up")
    if stop <= 0:  # a stop rounded to nothing protects nothing: half a percent, unrounded
        stop = price * Decimal("0.995")
    code, how = ("stop_atr", f"{number(rules.atr_multiple)} × ATR") if atr > 0 else ("stop_default", "a default")
    notes.append(reason(code, f"The alert brings no stop; {number(float(stop))} is set by {how}."))
    return stop


def _targets(
    row: Mapping[str, Any],
    rules: SizingRules,
    found: Instrument,
    price: Decimal,
    distance: Decimal,
    long: bool,
    notes: list[Reason],
) -> tuple[Decimal, ...]:
    """The targets on the right side of the price, nearest first; else one at `target_r`."""
    given = [Decimal(str(target)) for target in row.get("targets") or ()]
    right = sorted((t for t in given if (t > price) == long and t != price), reverse=not long)
    if len(right) < len(given):
        notes.append(reason("target_wrong_side", "A target on the losing side of the price was left out."))
    if right:
        return tuple(right)
    away = distance * Decimal(str(rules.target_r))
    target = round_price(found, price + away if long else price - away)
    if target <= 0 or target == price:
        target = price + away if long else price * Decimal("0.5")
    notes.append(
        reason("target_default", f"The alert brings no target; {number(float(target))} is {number(rules.target_r)} R.")
    )
    return (target,)
