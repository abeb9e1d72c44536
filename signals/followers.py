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
            by_ref = row["trade_ref"] is not None and row["trade_ref"] == entry["trade_ref"]
            how = f"by reference {row['trade_ref']}" if by_ref else "as the newest live one of its symbol"
            row["reasons"].append(reason("linked_to_entry", f"It belongs to an entry {how}."))
        row["timings"]["link_ms"] = ms(perf_counter_ns() - began)
    if row["extra"].get("backfilled"):
        row["reasons"].append(reason("backfilled", "It was found in an alert log afterwards."))
    row["status"] = advance(row["status"], "recorded")
    return [deciding.update(row)]


def tell_entry(fact: Fact, deciding: Deciding) -> list[Fact]:
    """An update or exit changes its entry: running MFE and MAE, a full exit closes it, a flat position closes all."""
    row = deciding.row(fact)
    if row["kind"] not in _LINKED or row["parent_id"] is None:
        return []
    told = [deciding.work.row(row["parent_id"])]
    told += [entry for entry in deciding.work.ended_by(row) if entry["id"] != row["parent_id"]]
    return [deciding.update(follow(entry, row, deciding.alert(fact))) for entry in told]
