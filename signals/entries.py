"""What happens to an entry: it is scored, sized and given its verdict, and a reversal ends what it reverses."""

from time import perf_counter_ns
from typing import Any

from events.envelope import Fact
from signals.deciding import Deciding
from signals.lifecycle import advance, decided, end, follow, outcome_r
from signals.plan import Plan
from signals.reasons import Reason, reason
from signals.row import Row, is_test
from signals.sizing import Sized, size
from signals.timing import ms


def score(fact: Fact, deciding: Deciding) -> list[Fact]:
    """Completes an entry's stop and target, then asks the model about exactly that trade."""
    row = deciding.row(fact)
    if row["kind"] != "entry":
        return []
    trade = deciding.plan(fact)
    if isinstance(trade, Plan):
        row["stop"], row["targets"] = float(trade.stop), [float(target) for target in trade.targets]
    told = deciding.score(fact)
    contributions = [{"feature": f, "value": v, "log_odds": o} for f, v, o in told.contributions] or None
    row["probability"], row["probability_low"] = told.probability, told.probability_low
    row["model_id"], row["contributions"] = told.model_id, contributions
    data: dict[str, Any] = {
        "kind": "signal_score",
        "signal_id": row["id"],
        "probability": told.probability,
        "probability_low": told.probability_low,
        "probability_high": told.probability_high,
        "model_id": told.model_id,
        "starter": told.starter,
        "contributions": contributions,
        "reason": told.reason,
        "elapsed_ms": round(told.elapsed_ms, 3),
    }
    p = "no probability" if told.probability is None else f"p={told.probability:.3f}"
    message = f"{row['symbol'] or 'unknown symbol'}: {p}" + (" (starter: not for trading)" if told.starter else "")
    return [Fact(type="ml_prediction_update", source="model", symbol=row["symbol"], message=message, data=data)]


def decide(fact: Fact, deciding: Deciding) -> list[Fact]:
    """Sizes an entry and gives its verdict; updates and exits that came too early are taken up."""
    row = deciding.row(fact)
    if row["kind"] != "entry":
        return []
    began = perf_counter_ns()
    features = deciding.alert(fact).get("features") or {}
    sized = size(deciding.plan(fact), deciding.score(fact), deciding.rules, features.get("volatility"))
    early = deciding.work.orphans_of(row)
    sized = _vetoed(sized, _vetoes(row, early))
    row["verdict"], row["quantity"] = sized.verdict, sized.quantity
    row["reasons"] = [*sized.reasons, *row["reasons"], *_told(row)]
    binding = sized.reasons[0]["code"] if sized.reasons else None
    row["status"] = advance(row["status"], decided(sized.verdict, sized.quantity, binding))
    row["timings"]["size_ms"] = ms(perf_counter_ns() - began)
    adopted = []
    for child in early:
        child["parent_id"] = row["id"]
        child["reasons"] = [*child["reasons"], reason("linked_late", "Its entry arrived after it.")]
        adopted.append(deciding.update(child))
        row = follow(row, child, deciding.work.alert(child["id"]))
    return [deciding.update(row), *adopted]


def close_reversed(fact: Fact, deciding: Deciding) -> list[Fact]:
    """A reversing entry ends the live entries of the other side, whatever its own verdict is."""
    row = deciding.row(fact)
    if row["kind"] != "entry" or row["intent"] != "reverse":
        return []
    why = reason("reversed", f"A {row['side']} reversed the position.")
    opposite = [entry for entry in deciding.work.live_entries(row) if entry["side"] != row["side"]]
    return [deciding.update(end(_at_exit(entry, row), why)) for entry in opposite]


def _at_exit(entry: Row, reversal: Row) -> Row:
    """The entry with its result at the reversal's price, where nothing told one before."""
    outcome = entry["outcome_r"] if entry["outcome_r"] is not None else outcome_r(entry, reversal, {})
    rounded = None if outcome is None else round(outcome, 6)
    return {**entry, "reasons": list(entry["reasons"]), "outcome_r": rounded}


def _vetoes(row: Row, early: list[Row]) -> list[Reason]:
    """What forbids a trade whatever its size."""
    vetoes: list[Reason] = []
    if row["extra"].get("backfilled"):
        vetoes.append(reason("backfilled", "It was found in an alert log afterwards; such alerts never trade."))
    elif row["freshness"] == "stale":
        vetoes.append(reason("stale", "It was older than MAX_SIGNAL_AGE when it arrived."))
    if any(child["kind"] == "exit" and child["intent"] != "reduce" for child in early):
        vetoes.append(reason("exit_came_first", "Its exit had arrived before it."))
    return vetoes


def _vetoed(sized: Sized, vetoes: list[Reason]) -> Sized:
    return Sized("skip", 0.0, (*vetoes, *sized.reasons)) if vetoes else sized


def _told(row: Row) -> list[Reason]:
    """What the user should know beside the verdict."""
    told: list[Reason] = []
    if row["freshness"] == "unknown" and not any(why["code"].startswith("time_") for why in row["reasons"]):
        told.append(reason("freshness_unknown", "No time in the alert tells when it fired; it was acted on."))
    if is_test(row):
        told.append(reason("test_alert", "A test alert: it is never traded."))
    return told
