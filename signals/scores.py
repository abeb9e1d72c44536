"""What the model said lately and what became of it: the scores' distribution, verdicts by band, the last predictions.

Bounded whatever the journal holds: the newest entries of the last days, and no further back than so many facts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from events.clock import rfc3339
from events.journal import Journal
from signals.row import Row

DAYS = 30
MOST_ENTRIES = 2_000
MOST_FACTS = 200_000
LAST = 20
BINS, BANDS = 20, 10
_ENTRIES = """
SELECT seq, row FROM signals
WHERE seq > :floor AND kind = 'entry' AND test = 0 AND received_at >= :since ORDER BY seq DESC LIMIT :limit
"""
_SHOWN = ("id", "received_at", "symbol", "interval", "side", "source", "probability", "probability_low", "model_id")
_DECIDED = ("contributions", "verdict", "quantity", "reasons", "status", "outcome_r")


def summary(journal: Journal, now: datetime) -> dict[str, Any]:
    """`{since, entries, scored, limited, distribution, bands, last, strength}`.

    `distribution`: `[{low, high, n, taken}]` of the probabilities, `taken` of them got a size; `bands`: the same with
    verdicts and realised outcomes (`closed`, `won`, `mean_r`); `strength`: by feature the mean absolute contribution in
    log odds. `limited`: more entries were there than are read.
    """
    since = now - timedelta(days=DAYS)
    where = {"since": rfc3339(since), "floor": journal.head - MOST_FACTS, "limit": MOST_ENTRIES + 1}
    found = journal.query(_ENTRIES, where)
    rows: list[Row] = [{**orjson.loads(one["row"]), "seq": one["seq"]} for one in found[:MOST_ENTRIES]]
    rows = [row for row in rows if not (row.get("extra") or {}).get("backfilled")]
    scored = [row for row in rows if row["probability"] is not None]
    return {
        "since": rfc3339(since),
        "entries": len(rows),
        "scored": len(scored),
        "limited": len(found) > MOST_ENTRIES,
        "distribution": [{**_edges(n, BINS), **_bin(some)} for n, some in enumerate(_split(scored, BINS))],
        "bands": [{**_edges(n, BANDS), **_band(some)} for n, some in enumerate(_split(scored, BANDS))],
        "unscored": dict(Counter(_why(row) for row in rows if row["probability"] is None)),
        "last": [{"seq": row["seq"]} | {name: row[name] for name in (*_SHOWN, *_DECIDED)} for row in scored[:LAST]],
        "strength": _strength(scored),
    }


def _edges(n: int, count: int) -> dict[str, float]:
    return {"low": round(n / count, 4), "high": round((n + 1) / count, 4)}


def _split(rows: Sequence[Row], count: int) -> list[list[Row]]:
    """By probability into equal parts of 0 to 1; exactly 1 is in the last."""
    parts: list[list[Row]] = [[] for _ in range(count)]
    for row in rows:
        parts[min(count - 1, int(row["probability"] * count))].append(row)
    return parts


def _band(rows: Sequence[Row]) -> dict[str, Any]:
    outcomes = [row["outcome_r"] for row in rows if row["outcome_r"] is not None]
    return {
        "n": len(rows),
        "verdicts": dict(Counter(row["verdict"] for row in rows)),
        "closed": len(outcomes),
        "won": sum(outcome > 0 for outcome in outcomes),
        "mean_r": round(sum(outcomes) / len(outcomes), 4) if outcomes else None,
    }


def _bin(rows: Sequence[Row]) -> dict[str, int]:
    return {"n": len(rows), "taken": sum(row["verdict"] in ("take", "reduce") for row in rows)}


def _why(row: Mapping[str, Any]) -> str:
    """The first reason that speaks of the model, which is why there is no score."""
    codes = [why["code"] for why in row["reasons"]]
    return next((code for code in codes if code.startswith(("model_", "breaker_"))), "other")


def _strength(rows: Sequence[Row]) -> list[dict[str, Any]]:
    sums: Counter[str] = Counter()
    for row in rows:
        for one in row["contributions"] or ():
            sums[one["feature"]] += abs(one["log_odds"])
    return [{"feature": name, "mean_abs_log_odds": round(total / len(rows), 5)} for name, total in sums.most_common()]
