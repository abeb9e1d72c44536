"""A signal's statuses and what updates and exits do to it; pure, so that every transition can be read and tested."""

from collections.abc import Mapping
from typing import Any

from signals.reasons import Reason, number, reason
from signals.row import Row

#: What may follow what. An entry that another process or broker never reported as filled is closed through `open`.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "received": ("recorded", "skipped", "expired", "accepted"),
    "accepted": ("denied", "open"),
    "open": ("closed",),
    "recorded": (),
    "skipped": (),
    "expired": (),
    "denied": (),
    "closed": (),
}
LIVE = ("accepted", "open")


class WrongTransition(ValueError):
    """A status change that the table does not know; a mistake of ours, never a sender's."""


def _reached(status: str) -> frozenset[str]:
    return frozenset({status}).union(*map(_reached, TRANSITIONS[status]))


_REACHED = {status: _reached(status) for status in TRANSITIONS}


def advance(status: str, to: str) -> str:
    """The status `to`, reached over allowed steps; staying is allowed; WrongTransition otherwise."""
    if to not in _REACHED[status]:
        raise WrongTransition(f"{status} can't become {to}")
    return to


def decided(verdict: str, quantity: float, binding: str | None) -> str:
    """An entry's status after its verdict: too old is `expired`, nothing to trade `skipped`, else `accepted`."""
    if binding in ("stale", "backfilled"):
        return "expired"
    return "accepted" if quantity > 0 and verdict != "skip" else "skipped"


def follow(parent: Row, child: Mapping[str, Any], alert: Mapping[str, Any]) -> Row:
    """The entry's row after one of its updates or exits: highest MFE, deepest MAE, and for a full exit its end."""
    after = {**parent, "timings": dict(parent["timings"]), "reasons": list(parent["reasons"])}
    after["mfe_r"] = _further(parent["mfe_r"], child.get("mfe_r"))
    after["mae_r"] = _further(parent["mae_r"], child.get("mae_r"))
    if child["kind"] != "exit":
        return after
    if child.get("intent") == "reduce":
        after["reasons"].append(reason("partial_exit", "A part was closed; the rest goes on."))
        return after
    if any(given["code"] == "exit_received" for given in after["reasons"]):
        return after  # the first full exit counts; what comes later can't change how the trade went
    outcome = outcome_r(parent, child, alert)
    if outcome is not None:
        after["outcome_r"] = round(outcome, 6)
    return end(after, _exited(alert, outcome))


def end(entry: Row, why: Reason) -> Row:
    """Closes an entry that is live; one that was never traded keeps its status."""
    if entry["status"] in LIVE:
        entry["status"] = advance(entry["status"], "closed")
    if why["code"] not in {given["code"] for given in entry["reasons"]}:
        entry["reasons"].append(why)
    return entry


def outcome_r(parent: Mapping[str, Any], child: Mapping[str, Any], alert: Mapping[str, Any]) -> float | None:
    """The trade's result in R: from the exit's price where one is told, else as the sender reports it."""
    price, stop = parent["price"], parent["stop"]
    at = alert.get("exit_price")
    if at is None and child["price"] is not None and child["price"] != price:
        at = child["price"]
    if at is not None and price is not None and stop is not None and price != stop:
        return float((at - price) / (price - stop))
    reported = child.get("outcome_r")
    return None if reported is None else float(reported)


def _further(known: float | None, told: float | None) -> float | None:
    if known is None or told is None:
        return told if known is None else known
    return told if abs(told) > abs(known) else known


def _exited(alert: Mapping[str, Any], outcome: float | None) -> Reason:
    why = alert.get("exit_reason")
    result = "" if outcome is None else f" at {number(outcome)} R"
    return reason("exit_received", f"Its exit arrived{result}{f' ({why})' if why else ''}.")
