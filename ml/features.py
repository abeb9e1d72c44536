"""The one definition of what a model sees, for training and serving alike: only what was known at the alert's instant.

Every feature is a plain number without a unit of its own, so that one model serves a share, a future and a coin.
Signs follow the trade: positive means "with it".
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from events.record import record
from ml.moments import hours_since_open, hours_to_close, in_regular_hours, instant, interval_minutes

NAN = math.nan
_VERSION = 1  # raised when a definition below changes its meaning, so that older models are refused


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature's name and, for people, why a model may want it."""

    name: str
    why: str


FEATURES: tuple[Feature, ...] = (
    Feature("long", "1 for a buy, -1 for a sell"),
    Feature("stop_pct", "how far the stop is: log of its distance over the price"),
    Feature("reward_r", "the first target's distance in multiples of the stop's"),
    Feature("stop_atr", "the stop's distance in average true ranges"),
    Feature("atr_pct", "how lively the market is: log of the average true range over the price"),
    Feature("strength", "the sender's own confidence, 0 to 1"),
    Feature("rsi_with", "the relative strength index seen from the trade's side, -1 to 1"),
    Feature("trend_with", "whether the trend goes with the trade, -1 to 1"),
    Feature("volume_ratio", "log of the volume over its usual"),
    Feature("bar_range_atr", "the last bar's range in average true ranges"),
    Feature("bar_close_with", "where in its range the last bar closed, seen from the trade's side, -1 to 1"),
    Feature("interval", "log of the chart's interval in minutes"),
    Feature("regular_hours", "1 while New York's regular session is open"),
    Feature("hours_since_open", "hours since New York's last opening bell"),
    Feature("hours_to_close", "hours to New York's next closing bell"),
    Feature("since_last", "log of the seconds since the source's last entry in the symbol"),
    Feature("alerts_hour", "log of one plus the entries of the last hour"),
    Feature("same_side_run", "how many entries before it were on its side, 10 at most"),
    Feature("hit_rate", "the share of winners among the source's last closed entries"),
)
NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)


def features_hash(names: tuple[str, ...] = NAMES) -> str:
    """SHA-256 of the ordered names and the definitions' version: a model trained on anything else is refused."""
    return hashlib.sha256(f"{_VERSION}:{','.join(names)}".encode()).hexdigest()


FEATURES_HASH = features_hash()


@record
class History:
    """What was known of the source and symbol before the alert; None and 0 when nothing was.

    `recent_hit_rate` is the share of winners among the last closed entries (at most 20), `same_side_run` how many
    entries directly before were on the same side.
    """

    seconds_since_last: float | None = None
    alerts_last_hour: int = 0
    recent_hit_rate: float | None = None
    same_side_run: int = 0


def compute(signal: Mapping[str, Any], history: History) -> dict[str, float]:
    """Every feature by its name, in the order of `FEATURES`; NaN where the alert does not tell (never leaves `ml`).

    `signal` is a signal's row together with its alert's numeric fields. Never raises: what can't be read is absent.
    """
    side = {"buy": 1.0, "sell": -1.0}.get(str(signal.get("side")), NAN)
    price = _positive(signal.get("price"))
    distance = side * (price - _positive(signal.get("stop")))
    distance = distance if distance > 0 else NAN
    atr = _positive(_first(signal, "atr", "atr_14", "atr14"))
    atr = atr if atr < price else NAN
    high, low = _positive(signal.get("high")), _positive(signal.get("low"))
    span = high - low if high > low else NAN
    at = instant(signal.get("sent_at")) or instant(signal.get("received_at"))
    since = NAN if history.seconds_since_last is None else max(0.0, history.seconds_since_last)
    return {
        "long": side,
        "stop_pct": _log(distance / price),
        "reward_r": _clip(side * (_target(signal) - price) / distance, 0.0, 10.0),
        "stop_atr": _clip(distance / atr, 0.0, 20.0),
        "atr_pct": _log(atr / price),
        "strength": _share(_first(signal, "strength", "signal_strength", "confidence")),
        "rsi_with": side * _rsi(_first(signal, "rsi", "rsi_14", "rsi14")),
        "trend_with": _within(_number(signal.get("trend_alignment")), -1.0, 1.0),
        "volume_ratio": _log(_positive(_first(signal, "volume_ratio", "relative_volume", "rvol"))),
        "bar_range_atr": _clip(span / atr, 0.0, 20.0),
        "bar_close_with": side * _within((2.0 * _number(signal.get("close")) - high - low) / span, -1.0, 1.0),
        "interval": _log(interval_minutes(signal.get("interval"))),
        "regular_hours": in_regular_hours(at) if at else NAN,
        "hours_since_open": hours_since_open(at) if at else NAN,
        "hours_to_close": hours_to_close(at) if at else NAN,
        "since_last": math.log1p(since),
        "alerts_hour": math.log1p(max(0, history.alerts_last_hour)),
        "same_side_run": float(min(history.same_side_run, 10)),
        "hit_rate": NAN if history.recent_hit_rate is None else _within(history.recent_hit_rate, 0.0, 1.0),
    }


def _number(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return NAN
    try:
        number = float(value)
    except OverflowError:
        return NAN
    return number if math.isfinite(number) else NAN


def _positive(value: Any) -> float:
    number = _number(value)
    return number if number > 0 else NAN


def _first(signal: Mapping[str, Any], *names: str) -> Any:
    for name in names:
        if (found := signal.get(name)) is not None:
            return found
    return None


def _target(signal: Mapping[str, Any]) -> float:
    targets = signal.get("targets")
    return _positive(targets[0]) if isinstance(targets, (list, tuple)) and targets else NAN


def _share(value: Any) -> float:
    """0 to 1; senders write 0.75 and 75 for the same."""
    number = _number(value)
    return _within(number / 100.0 if number > 1.0 else number, 0.0, 1.0)


def _rsi(value: Any) -> float:
    return (_within(_number(value), 0.0, 100.0) - 50.0) / 50.0


def _log(value: float) -> float:
    return math.log(value) if value > 0 and math.isfinite(value) else NAN


def _within(value: float, low: float, high: float) -> float:
    """A value outside its domain was something else: absent."""
    return value if low <= value <= high else NAN


def _clip(value: float, low: float, high: float) -> float:
    """Extremes are real but must not rule a linear model."""
    return NAN if math.isnan(value) else min(max(value, low), high)
