"""What happens to all that is not an entry: it is linked and recorded, its entry is told, and no model is asked."""

from time import perf_counter_ns

from events.envelope import Fact
from signals.deciding import Deciding
from signals.lifecycle import advance, follow
from signals.reasons import reason
from signals.timing import ms

_LINKED = ("update", "exit")


def record(fact: Fact, deciding: Deciding) -> list[Fact]:
    """Records an update, exit, heartbeat or info; an update or exit is linked to its entry."""
    row = deciding.row(fact)
    if row["kind"] == "entry":
        return []
    if row["kind"] in _LINKED:
        began = perf_counter_ns()
        entry = deciding.work.entry_for(row)
        if entry is None:
            row["reasons"].append(reason("entry_not_found", "No entry of this source matches it."))
        else:
            row["parent_id"] = entry["id"]
            row["symbol"] = row["symbol"] or entry["symbol"]
            how = f"reference {row['trade_ref']}" if row["trade_ref"] else "the newest live entry of its symbol"
            row["reasons"].append(reason("linked_to_entry", f"It belongs to an entry by {how}."))
        row["timings"]["link_ms"] = ms(perf_counter_ns() - began)
    if row["extra"].get("backfilled"):
        row["reasons"].append(reason("backfilled", "It was found in an alert log afterwards."))
    row["status"] = advance(row["status"], "recorded")
    return [deciding.update(row)]


def tell_entry(fact: Fact, deciding: Deciding) -> list[Fact]:
    """An update or exit changes its entry: running MFE and MAE, and a full exit closes it."""
    row = deciding.row(fact)
    if row["kind"] not in _LINKED or row["parent_id"] is None:
        return []
    return [deciding.update(follow(deciding.work.row(row["parent_id"]), row, deciding.alert(fact)))]
