"""Tells a signal's way through the desk step by step, from what was recorded on the way, never guessed afterwards."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from events.clock import parse_rfc3339, rfc3339
from signals.row import Row, headline

Step = dict[str, Any]


def journey(row: Row, detail: Mapping[str, Any], children: Sequence[Row]) -> list[Step]:
    """`[{at, step, text, ms, codes}]` in order of time; `ms` is the step's own duration, None where none was taken."""
    steps = [*_before_storing(row, detail), *_in_the_pipeline(row)]
    return [*steps, *(_child(child) for child in children)]


def _before_storing(row: Row, detail: Mapping[str, Any]) -> list[Step]:
    timings, at = row["timings"], row["received_at"]
    steps = []
    if row["sent_at"]:
        lag = "" if row["lag_ms"] is None else f", {row['lag_ms'] / 1000:.1f} s before it arrived"
        steps.append(_step(row["sent_at"], "sent", f"Sent by {row['source']}{lag} (read as {row['time_read_as']})."))
    repairs = list(detail.get("repairs") or ())
    mended = f" Repaired: {', '.join(repairs)}." if repairs else ""
    steps.append(_step(at, "received", f"Understood as {row['kind']}.{mended}", timings.get("parse_ms"), repairs))
    stored = f"Stored as fact {row['seq']}." if row["seq"] else "Stored."
    steps.append(_step(_after(at, timings, "parse_ms", "commit_ms"), "stored", stored, timings.get("commit_ms")))
    return steps


def _in_the_pipeline(row: Row) -> list[Step]:
    if row["status"] == "received":
        return []
    timings, at = row["timings"], row["received_at"]
    waited = _after(at, timings, "parse_ms", "commit_ms", "queue_ms")
    steps = [_step(waited, "taken up", "The pipeline took it up.", timings.get("queue_ms"))]
    codes = [why["code"] for why in row["reasons"]]
    because = " ".join(why["text"] for why in row["reasons"])
    if row["kind"] != "entry":
        return [*steps, _step(waited, "recorded", because or "Recorded.", timings.get("link_ms"), codes)]
    p = "no probability" if row["probability"] is None else f"probability {row['probability']:.3f}"
    scored = _after(waited, timings, "score_ms")
    steps.append(_step(scored, "scored", f"Scored: {p}.", timings.get("score_ms")))
    decided = _after(scored, timings, "size_ms")
    verdict = f"{row['verdict']}, quantity {row['quantity'] or 0:.10g}. {because}"
    return [*steps, _step(decided, "decided", verdict, timings.get("size_ms"), codes)]


def _child(child: Row) -> Step:
    return _step(child["received_at"], str(child["kind"]), headline(child) + ".")


def _after(at: str, timings: Mapping[str, float], *names: str) -> str:
    return rfc3339(parse_rfc3339(at) + timedelta(milliseconds=sum(timings.get(name, 0.0) for name in names)))


def _step(at: str, step: str, text: str, ms: float | None = None, codes: Sequence[str] = ()) -> Step:
    return {"at": at, "step": step, "text": text, "ms": ms, "codes": list(codes)}
