"""Backfill over HTTP: what an alert log holds that never arrived, asked by the command or by dropping the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from events.clock import rfc3339
from events.types.passing import JobProgress
from signals import alert_log
from signals.alert import SourceRules
from signals.alert_log import Logged
from signals.backfilling import Asked, Backfill, redacted
from signals.scrub import scrubbed
from signals.sources import DEFAULT_SOURCE
from web import reading
from web.answers import answer
from web.auth import require
from web.auth.guard import principal
from web.docs import documented
from web.errors import NotFound
from web.jobs import Step

if TYPE_CHECKING:
    from web.desk import Desk

SHOWN = 200
TEXT_SHOWN = 300


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("backfill", __name__)
    backfill = Backfill(desk.journal, desk.intake, desk.sources, desk.jobs.compute)

    @api.post("/api/backfill")
    @require("admin")
    @documented(
        "Compare logged alerts with what was received, and store what was missed, marked and never traded",
        body={"application/json": {"schema": {"type": "object", "required": ["op", "source"]}}},
        answers={200: "what is missing, or what was stored", 400: "not as `signals.backfill` sends it"},
    )
    def handle() -> Response:
        return answer(backfill.handle(reading.json_body(), principal().id))

    @api.post("/api/backfill/upload")
    @require("admin")
    @documented(
        "Take an alert-log export as it was downloaded, and tell as a job what of it was never received",
        query={
            "source": "which source should have received it (tradingview)",
            "store": "`yes` stores what is missing too, marked as backfilled and never traded",
        },
        body={"text/csv": {"schema": {"type": "string"}}},
        answers={202: "the job; its `result` is the report", 413: "larger than UPLOAD_BYTES", 429: "one runs already"},
        gives=JobProgress,
    )
    def upload() -> Response:
        source = reading.text("source") or DEFAULT_SOURCE
        if desk.sources.get(source) is None:
            raise NotFound("unknown_source", "There is no source with this name.", "GET /api/sources lists them.")
        request.max_content_length = desk.values.upload_bytes
        content, who = request.get_data(cache=False), principal().id
        storing = reading.text("store") == "yes"

        def work(step: Step) -> dict[str, Any]:
            logged = step.compute(alert_log.parse, content, "The file")
            told = Report(backfill, source, desk.sources.rules(source)).make(logged, step, who if storing else None)
            return scrubbed(told, (desk.sources.token(source),))

        return answer(desk.jobs.start("backfill", work, alone=True), 202)

    return api


class Report:
    """One log compared, and stored when somebody asked for it."""

    def __init__(self, backfill: Backfill, source: str, rules: SourceRules) -> None:
        self._backfill, self._source, self._rules = backfill, source, rules

    def make(self, logged: Sequence[Logged], step: Step, who: str | None) -> dict[str, Any]:
        """The report; what is missing is stored in the name of `who`, of a cancelled job what was handled so far."""
        asked = [Asked(one.line, one.body, one.symbol, one.at) for one in logged]
        step(0, len(asked))
        compared = self._backfill.compare(self._source, asked, step)
        lines = set(compared["missing"])
        missing = [one for one in asked if one.line in lines]
        told = {
            "source": self._source,
            "rows": len(asked),
            "found": len(asked) - len(missing) - sum(compared["unusable"].values()),
            "missing": len(missing),
            "unusable": compared["unusable"],
            "from": rfc3339(asked[0].at) if asked else None,
            "to": rfc3339(asked[-1].at) if asked else None,
            "items": self._shown(missing[:SHOWN], step),
            "stored": None,
            "refused": {},
        }
        return told if who is None else told | self._store(missing, told, step, who)

    def _shown(self, missing: Sequence[Asked], step: Step) -> list[dict[str, Any]]:
        texts = step.compute(redacted, missing, self._rules)
        return [
            {"line": one.line, "at": rfc3339(one.at), "symbol": one.symbol, "text": text[:TEXT_SHOWN]}
            for one, (text, _) in zip(missing, texts, strict=True)
        ]

    def _store(self, missing: Sequence[Asked], told: dict[str, Any], step: Step, who: str) -> dict[str, Any]:
        counts: Counter[str] = Counter()

        def tell(done: int, so_far: Counter[str]) -> None:
            counts.clear()
            counts.update(so_far)
            step(done, len(missing))

        try:
            self._backfill.store(self._source, missing, tell)
        finally:
            totals = {name: told[name] for name in ("rows", "found", "missing")} | {"stored": counts["stored"]}
            self._backfill.finish(self._source, totals, who)
        refused = {code: n for code, n in counts.items() if code not in ("stored", "known")}
        return {"stored": counts["stored"], "refused": refused}
