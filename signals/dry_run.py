"""Walks a pasted alert through the desk without storing anything, and says at each step what was found and why."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from time import perf_counter_ns
from typing import Any

from events.clock import new_id, now_utc, rfc3339
from events.envelope import Fact
from events.journal import Journal
from signals.alert import Alert, Parsed, SourceRules, Unusable, fields_of, freshness, parse
from signals.handler import handle
from signals.pipeline import Pipeline
from signals.row import Row, alert_fields, new_row
from signals.scrub import scrubbed, scrubbed_text
from signals.sources import Source, Sources
from signals.timing import ms

Step = dict[str, Any]


class DryRun:
    """Reads with the source's rules and decides with the pipeline's own functions; writes nothing."""

    def __init__(self, journal: Journal, sources: Sources, pipeline: Pipeline) -> None:
        self._journal, self._sources, self._pipeline = journal, sources, pipeline

    def explain(
        self,
        body: bytes,
        content_type: str | None = None,
        query: Mapping[str, str] | None = None,
        source: str = "tradingview",
        received_at: datetime | None = None,
        proposed: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """`{ok, steps: [{step, result, ms, detail}], signal: row | None, signals: [row], error: {…} | None}`.

        `proposed`: settings of the source that are tried here and not saved; such a source need not exist.
        """
        received_at = received_at or now_utc()
        steps: list[Step] = []
        found = self._source(source, proposed)
        if found is None:
            return _refusal(steps, "unknown_source", "There is no source of this name.", "Create it first.")
        steps.append(_step("source", source, None, {"rules": _rules(found.rules())}))
        secrets = self._secrets(source)
        began = perf_counter_ns()
        try:
            parsed = parse(
                body,
                content_type=content_type,
                query=query or {},
                received_at=received_at,
                source=found.rules(),
            )
        except Unusable as unusable:
            text = scrubbed_text(unusable.redacted, secrets)[:4096]
            detail = {"text": text, "query": {}, "repairs": []}
            steps.append(_step("read", unusable.code, perf_counter_ns() - began, detail))
            return _refusal(steps, unusable.code, scrubbed_text(unusable.message, secrets), unusable.hint)
        steps.append(_step("read", parsed.convention, perf_counter_ns() - began, _read(parsed)))
        rows = [self._decide(alert, parsed, source, received_at, steps) for alert in parsed.alerts]
        explained = {"ok": True, "steps": steps, "signal": rows[0], "signals": rows, "error": None}
        return scrubbed(explained, secrets)

    def fields(
        self,
        body: bytes,
        query: Mapping[str, str] | None = None,
        source: str = "tradingview",
        proposed: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The fields of a pasted alert and what each is read as (`signals.alert.fields_of`). Raises Unusable."""
        rules = (self._source(source, proposed) or Source(name=source)).rules()
        return scrubbed(fields_of(body, query or {}, rules, now_utc()), self._secrets(source))

    def _source(self, name: str, proposed: Mapping[str, Any] | None) -> Source | None:
        found = self._sources.get(name)
        return found if proposed is None else replace(found or Source(name=name), **proposed)

    def _secrets(self, source: str) -> tuple[str, ...]:
        return () if self._sources.get(source) is None else (self._sources.token(source),)

    def _decide(self, alert: Alert, parsed: Parsed, source: str, received_at: datetime, steps: list[Step]) -> Row:
        fresh = freshness(alert, received_at, self._pipeline.rules.max_signal_age_s)
        steps.append(_step("understand", alert.kind, None, _understood(alert)))
        steps.append(_step("time", fresh, None, _time(alert)))
        row = new_row(
            alert, id=new_id(), source=source, received_at=rfc3339(received_at), freshness=fresh,
            repaired=bool(parsed.repairs), timings={},
        )  # fmt: skip
        # The place it would take in the journal, so that links and the past are looked up as for a real one.
        fact = Fact(
            type="signal_received", source=source, message="dry run", id=row["id"], seq=self._journal.head + 1,
            data={**row, "alert": alert_fields(alert)},
        )  # fmt: skip
        deciding = self._pipeline.deciding([fact], dry=True)
        brought = handle(fact, deciding)
        decided = deciding.row(fact)
        decided["seq"] = None
        for outcome in brought:
            if outcome.type == "ml_prediction_update":
                told = {k: outcome.data[k] for k in ("probability", "probability_low", "model_id", "starter", "reason")}
                steps.append(_step("score", outcome.data["reason"] or "scored", None, told))
            elif outcome.data["id"] != row["id"]:
                steps.append(_step("tell its entry", outcome.data["status"], None, {"entry": outcome.data["id"]}))
        result = decided["verdict"] if decided["kind"] == "entry" else decided["status"]
        told = {"quantity": decided["quantity"], "reasons": decided["reasons"]}
        steps.append(_step("decide", result, None, told))
        return decided


def _read(parsed: Parsed) -> dict[str, Any]:
    return {"text": parsed.redacted, "query": dict(parsed.redacted_query), "repairs": list(parsed.repairs)}


def _understood(alert: Alert) -> dict[str, Any]:
    names = ("side", "intent", "symbol", "exchange", "price", "stop", "interval", "trade_ref", "recognised")
    told = {name: getattr(alert, name) for name in names}
    fields = alert_fields(alert)
    return {**told, "targets": list(alert.targets), "features": fields["features"], "notes": fields["notes"]}


def _time(alert: Alert) -> dict[str, Any]:
    sent = None if alert.sent_at is None else rfc3339(alert.sent_at)
    return {"sent_at": sent, "read_as": alert.time_read_as, "lag_ms": alert.lag_ms, "firing": alert.is_firing_time}


def _rules(rules: SourceRules) -> dict[str, Any]:
    return {
        "symbol": rules.symbol,
        "interval": rules.interval,
        "long_only": rules.long_only,
        "timezone": rules.timezone,
        "mapping": None if rules.mapping is None else dict(rules.mapping),
    }


def _step(step: str, result: str, took_ns: int | None, detail: dict[str, Any]) -> Step:
    return {"step": step, "result": result, "ms": None if took_ns is None else ms(took_ns), "detail": detail}


def _refusal(steps: list[Step], code: str, message: str, hint: str) -> dict[str, Any]:
    error = {"code": code, "message": message, "hint": hint}
    return {"ok": False, "steps": steps, "signal": None, "signals": [], "error": error}
