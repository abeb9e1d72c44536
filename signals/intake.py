"""Takes an alert in: authenticate, parse, commit, then answer. A 2xx means that it is on disk."""

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from time import perf_counter_ns
from typing import Any

from events.clock import new_id, now_utc, rfc3339
from events.envelope import Fact
from events.errors import NotStored
from events.journal import Delivery, Entry, Journal, Receipt, Unit
from events.record import record
from signals.alert import Parsed, Unusable, find_secrets, freshness, parse
from signals.alert.keys import delivery_key
from signals.projection import changes
from signals.row import alert_fields, headline, new_row
from signals.scrub import hidden_in, scrubbed, scrubbed_text
from signals.sources import Source, Sources
from signals.strangers import Strangers
from signals.timing import Stopwatch, ms

RETRY_AFTER_S = 5  # TradingView's own pause before it sends a 5xx again
RAW_KEPT_OF_REJECTED = 4096  # characters: enough to see what broke, too few to fill a disk
ID_WINDOW_S = 86_400.0  # how long a sender's own id is remembered, where its mapping makes it a key


@record
class Answer:
    """What the webhook answers: an HTTP status, a JSON body, extra headers."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@record
class _Delivery:
    """One authenticated delivery on its way in."""

    source: Source
    secrets: tuple[str, ...]
    body: bytes
    content_type: str | None
    query: Mapping[str, str]
    received_at: datetime
    origin: str = "desk"
    backfilled: bool = False
    message_id: str | None = None


class Intake:
    """The one way in for alerts; every method answers and none raises for what a sender may send."""

    def __init__(
        self,
        journal: Journal,
        sources: Sources,
        *,
        stopwatch: Stopwatch | None = None,
        window_s: float = 30.0,
        max_age_s: float = 300.0,
        store_timeout_s: float = 2.0,
    ) -> None:
        self.stopwatch, self.strangers = stopwatch or Stopwatch(), Strangers()
        self._journal, self._sources = journal, sources
        self._window_s, self._max_age_s, self._store_timeout_s = window_s, max_age_s, store_timeout_s
        journal.listen(self.stopwatch.committed)

    def accept(
        self,
        *,
        path_token: str | None,
        body: bytes,
        content_type: str | None,
        query: Mapping[str, str],
        received_ns: int,
    ) -> Answer:
        """An alert from the webhook. `received_ns` is Unix time in nanoseconds."""
        if path_token is not None:
            source = self._sources.by_token(path_token)
        else:
            source = self._sources.by_tokens(find_secrets(body, content_type, query))
        received_at = datetime.fromtimestamp(received_ns / 1e9, UTC)
        if source is None:
            self.strangers.came(received_at)
            hint = "Copy the webhook's URL again; a token may have been rotated."
            return _refused(401, "unknown_token", "No source has this token.", hint)
        secrets = (self._sources.token(source.name), path_token or "")
        return self._take(_Delivery(source, secrets, body, content_type, query, received_at))

    def publish(self, source: str, body: bytes, *, message_id: str | None = None) -> Answer:
        """An alert from an authenticated publisher of scope `signal`; the fact's origin is `external`.

        The same `message_id` within a day is the same alert, however often it is sent.
        """
        return self._named(source, body, "application/json", {}, now_utc(), origin="external", message_id=message_id)

    def backfill(
        self, source: str, body: bytes, *, content_type: str | None, query: Mapping[str, str], received_at: datetime
    ) -> Answer:
        """An alert found in an alert-log export: stored at the time of the log, and never traded."""
        return self._named(source, body, content_type, query, received_at, backfilled=True)

    def _named(
        self,
        name: str,
        body: bytes,
        content_type: str | None,
        query: Mapping[str, str],
        received_at: datetime,
        *,
        origin: str = "desk",
        backfilled: bool = False,
        message_id: str | None = None,
    ) -> Answer:
        source = self._sources.get(name)
        if source is None:
            return _refused(404, "unknown_source", f"There is no source named {name[:80]!r}.", "Create it first.")
        secrets = (self._sources.token(name),)
        return self._take(
            _Delivery(source, secrets, body, content_type, query, received_at, origin, backfilled, message_id)
        )

    def _take(self, delivery: _Delivery) -> Answer:
        began = perf_counter_ns()
        try:
            parsed = parse(
                delivery.body,
                content_type=delivery.content_type,
                query=delivery.query,
                received_at=delivery.received_at,
                source=self._sources.rules(delivery.source.name),
            )
        except Unusable as unusable:
            return self._reject(delivery, unusable)
        facts = self._facts(delivery, parsed, perf_counter_ns() - began)
        receipt = self._store(facts, self._key(delivery, parsed, facts[0]))
        if receipt is None:
            return _not_stored()
        if receipt.duplicate_of is not None:
            return Answer(200, {"status": "duplicate", "signal_id": receipt.duplicate_of})
        answer: dict[str, Any] = {"status": "accepted", "signal_id": facts[0].id}
        if len(facts) > 1:
            answer["signals"] = [fact.id for fact in facts]
        return Answer(200, answer)

    def _facts(self, delivery: _Delivery, parsed: Parsed, parse_ns: int) -> list[Fact]:
        name, received = delivery.source.name, rfc3339(delivery.received_at)
        shared = {
            "raw": parsed.redacted,
            "content_type": (delivery.content_type or "")[:200] or None,
            "query": dict(parsed.redacted_query),
            "repairs": list(parsed.repairs),
            "delivery_key": parsed.delivery_key,
        }
        facts: list[Fact] = []
        if any(len(secret) >= 8 and secret in parsed.redacted for secret in delivery.secrets):
            # The token hid in an ordinary field: not even its hash may be kept.
            clean = scrubbed_text(parsed.redacted, delivery.secrets)
            shared["delivery_key"] = delivery_key(name, clean, parsed.redacted_query)
        ids = [new_id() for _ in parsed.alerts]
        for id, alert in zip(ids, parsed.alerts, strict=True):
            fresh = freshness(alert, delivery.received_at, self._max_age_s)
            timings = {"parse_ms": ms(parse_ns)}
            row = new_row(
                alert, id=id, source=name, received_at=received, freshness=fresh, repaired=bool(parsed.repairs),
                timings=timings,
            )  # fmt: skip
            if delivery.backfilled:
                row["extra"]["backfilled"] = True
            data = {**row, **shared, "test": alert.test, "alert": alert_fields(alert)}
            if len(ids) > 1:
                # The body is kept once: with 200 alerts in 64 KiB it would else be 12 MiB.
                data["alert"]["batch"] = {"first": ids[0], "index": len(facts), "of": len(ids)}
                data["raw"] = data["raw"] if id == ids[0] else ""
            fact = _received(delivery, id, alert.symbol, headline(row), data)
            if hidden_in(fact.text(), delivery.secrets):
                fact = _received(delivery, id, alert.symbol, headline(row), scrubbed(data, delivery.secrets))
            facts.append(fact)
        return facts

    def _key(self, delivery: _Delivery, parsed: Parsed, first: Fact) -> Delivery:
        name = delivery.source.name
        if delivery.message_id is not None:
            return Delivery(delivery_key(name, "message", {"id": delivery.message_id}), first.id, ID_WINDOW_S)
        if parsed.id_key is not None:
            return Delivery(delivery_key(name, "id", {"id": parsed.id_key}), first.id, ID_WINDOW_S)
        return Delivery(str(first.data["delivery_key"]), first.id, self._window_s)

    def _reject(self, delivery: _Delivery, unusable: Unusable) -> Answer:
        raw = scrubbed_text(unusable.redacted, delivery.secrets)
        message = scrubbed_text(unusable.message, delivery.secrets)
        data = {
            "code": unusable.code,
            "text": message,
            "hint": unusable.hint,
            "raw": raw[:RAW_KEPT_OF_REJECTED],
            "content_type": (delivery.content_type or "")[:200] or None,
            "source": delivery.source.name,
        }
        fact = Fact(type="signal_rejected", source=delivery.source.name, level="WARNING", message=message, data=data)
        if self._store([fact], None) is None:
            return _not_stored()
        return _refused(unusable.status, unusable.code, message, unusable.hint)

    def _store(self, facts: list[Fact], key: Delivery | None) -> Receipt | None:
        """The receipt, or None when the journal could not store the unit in time."""
        ids = [fact.id for fact in facts]
        unit = Unit(entries=[Entry(fact, changes(fact)) for fact in facts], delivery=key)
        self.stopwatch.began(ids)
        try:
            receipt = self._journal.append(unit, self._store_timeout_s)
        except NotStored:
            self.stopwatch.forget(ids)
            return None
        if receipt.duplicate_of is not None:
            self.stopwatch.forget(ids)
        return receipt


def _received(delivery: _Delivery, id: str, symbol: str | None, message: str, data: dict[str, Any]) -> Fact:
    return Fact(
        type="signal_received",
        source=delivery.source.name,
        origin="external" if delivery.origin == "external" else "desk",
        symbol=symbol,
        message=scrubbed_text(message, delivery.secrets),
        data=data,
        id=id,
    )


def _refused(status: int, code: str, message: str, hint: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message, "hint": hint}})


def _not_stored() -> Answer:
    hint = "Send it again in a few seconds; TradingView does so by itself."
    body = {"error": {"code": "not_stored", "message": "The alert could not be stored just now.", "hint": hint}}
    return Answer(503, body, {"Retry-After": str(RETRY_AFTER_S)})
