"""The desk's side of a backfill: which logged alerts were never received, and storing those."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from events.clock import parse_rfc3339, rfc3339
from events.envelope import Fact
from events.journal import Entry, Journal, Unit
from signals.alert import Unusable, parse
from signals.desk_client import content_type
from signals.intake import Intake
from signals.sources import Sources
from signals.time_shift import shifted

NEAR = timedelta(minutes=10)  # how far the log's time and ours may lie apart for one delivery
_PAGE = 2_000
_RECEIVED = """
SELECT seq, raw, received_at, detail FROM signals
WHERE source = :source AND test = 0 AND received_at >= :since AND seq > :after ORDER BY seq LIMIT :limit
"""


class BadBackfill(ValueError):
    """A request that makes no sense; `code`, `message` and `hint` say why."""

    def __init__(self, message: str, hint: str = "Use python -m signals.backfill of the same version.") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = "bad_backfill", message, hint


@dataclass(frozen=True, slots=True)
class _Asked:
    line: int
    body: str
    symbol: str
    at: datetime

    @property
    def query(self) -> dict[str, str]:
        return {"symbol": self.symbol} if self.symbol else {}


class Backfill:
    """One `handle` for the HTTP route and for the command without a server."""

    def __init__(self, journal: Journal, intake: Intake, sources: Sources) -> None:
        self._journal, self._intake, self._sources = journal, intake, sources

    def handle(self, request: Mapping[str, Any], who: str = "desk") -> dict[str, Any]:
        """`{op: compare|store|finish, source, …}` as `signals.backfill` sends it. Raises BadBackfill.

        Answers: compare `{missing: [line], unusable: {code: n}}`, store `{counts: {stored|known|code: n}}`, finish {}.
        """
        source = request.get("source")
        if not isinstance(source, str) or self._sources.get(source) is None:
            raise BadBackfill(f"There is no source named {str(source)[:80]!r}.", "Name one with --source.")
        op = request.get("op")
        if op == "compare":
            return self._compare(source, _alerts(request), _time(request.get("from")), _time(request.get("to")))
        if op == "store":
            return {"counts": dict(self._store(source, _alerts(request)))}
        if op == "finish":
            self._finish(source, request, who)
            return {}
        raise BadBackfill("The request names no known operation.")

    def _compare(self, source: str, asked: Sequence[_Asked], first: datetime, last: datetime) -> dict[str, Any]:
        unusable: Counter[str] = Counter()
        by_text: dict[str, list[_Asked]] = defaultdict(list)
        for one in asked:
            try:
                by_text[self._redacted(source, one)].append(one)
            except Unusable as error:
                unusable[error.code] += 1
        received = self._received(source, by_text.keys(), first - NEAR)
        missing: list[int] = []
        for text, logged in by_text.items():
            times = received.get(text, [])
            if shifted(text, timedelta(days=1), logged[0].at) == text:
                # A text without a time in it fires again and again: only what came in the log's own span counts.
                times = [at for at in times if at <= last + NEAR]
            missing += [one.line for one in _unmatched(logged, times)]
        return {"missing": sorted(missing), "unusable": dict(unusable)}

    def _redacted(self, source: str, one: _Asked) -> str:
        body = one.body.encode()
        rules = self._sources.rules(source)
        parsed = parse(body, content_type=content_type(body), query=one.query, received_at=one.at, source=rules)
        return parsed.redacted

    def _received(self, source: str, texts: Any, since: datetime) -> dict[str, list[datetime]]:
        """When each of the texts was received; the several signals of one delivery count once."""
        found: dict[str, dict[tuple[str, str], datetime]] = defaultdict(dict)
        after = 0
        while True:
            where = {"source": source, "since": rfc3339(since), "after": after, "limit": _PAGE}
            page = self._journal.query(_RECEIVED, where)
            for row in page:
                if row["raw"] in texts:
                    key = (row["received_at"], row["detail"].partition('"delivery_key":')[2][:68])
                    found[row["raw"]][key] = parse_rfc3339(row["received_at"])
            if len(page) < _PAGE:
                return {text: sorted(times.values()) for text, times in found.items()}
            after = page[-1]["seq"]

    def _store(self, source: str, asked: Sequence[_Asked]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for one in asked:
            body = one.body.encode()
            # The line keeps two firings of one text apart, which within 30 s would be one delivery resent.
            query = {**one.query, "log_line": str(one.line)}
            answer = self._intake.backfill(
                source, body, content_type=content_type(body), query=query, received_at=one.at
            )
            if answer.status == 200:
                counts["stored" if answer.body["status"] == "accepted" else "known"] += 1
            else:
                counts[str(answer.body["error"]["code"])] += 1
        return counts

    def _finish(self, source: str, request: Mapping[str, Any], who: str) -> None:
        numbers = {name: request.get(name) for name in ("rows", "found", "missing", "stored")}
        if not all(isinstance(number, int) and number >= 0 for number in numbers.values()):
            raise BadBackfill("The totals are not whole numbers.")
        message = f"Backfill of {source} by {who}: {numbers['missing']} of {numbers['rows']} alerts had been missed"
        fact = Fact(type="backfill_complete", source=source, message=message, data={"source": source, **numbers})
        self._journal.append(Unit(entries=[Entry(fact)]))


def _unmatched(logged: Sequence[_Asked], received: Sequence[datetime]) -> list[_Asked]:
    """The logged alerts that no receipt is left for: first those near in time are paired, then any."""
    left = sorted(received)
    without: list[_Asked] = []
    for one in sorted(logged, key=lambda each: each.at):
        near = min(left, key=lambda at: abs(at - one.at), default=None)
        if near is not None and abs(near - one.at) <= NEAR:
            left.remove(near)
        else:
            without.append(one)
    return without[len(left) :]


def _alerts(request: Mapping[str, Any]) -> list[_Asked]:
    try:
        return [
            _Asked(int(one["line"]), str(one["body"]), str(one["symbol"]), _time(one["at"]))
            for one in request["alerts"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise BadBackfill("The alerts are not as signals.backfill sends them.") from error


def _time(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadBackfill(f"{str(text)[:40]!r} is not a time.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
