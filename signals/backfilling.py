"""The desk's side of a backfill: which logged alerts were never received, and storing those."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from events.clock import parse_rfc3339, rfc3339
from events.envelope import Fact
from events.journal import Entry, Journal, Unit
from signals.alert import SourceRules, Unusable, parse
from signals.desk_client import content_type
from signals.intake import Intake
from signals.sources import Sources
from signals.time_shift import shifted

NEAR = timedelta(minutes=10)  # how far the log's time and ours may lie apart for one delivery
Compute = Callable[..., Any]
Tell = Callable[[int], None]
_PAGE = 2_000
_READ_AT_ONCE = 200
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
class Asked:
    """One logged alert; `at` is the log's time, `line` its place in the file."""

    line: int
    body: str
    symbol: str
    at: datetime

    @property
    def query(self) -> dict[str, str]:
        return {"symbol": self.symbol} if self.symbol else {}


class Backfill:
    """One `handle` for the HTTP route and for the command without a server; `compare` and `store` for a whole log."""

    def __init__(self, journal: Journal, intake: Intake, sources: Sources, compute: Compute | None = None) -> None:
        """`compute` runs a function of plain values where it does not hold the others up; else it runs right here."""
        self._journal, self._intake, self._sources = journal, intake, sources
        self._compute: Compute = compute or (lambda function, *args: function(*args))

    def handle(self, request: Mapping[str, Any], who: str = "desk") -> dict[str, Any]:
        """`{op: compare|store|finish, source, …}` as `signals.backfill` sends it. Raises BadBackfill.

        Answers: compare `{missing: [line], unusable: {code: n}}`, store `{counts: {stored|known|code: n}}`, finish {}.
        """
        source = self._named(request.get("source"))
        op = request.get("op")
        if op == "compare":
            return self._compare(source, _alerts(request), _time(request.get("from")), _time(request.get("to")))
        if op == "store":
            return {"counts": dict(self.store(source, _alerts(request)))}
        if op == "finish":
            self.finish(source, request, who)
            return {}
        raise BadBackfill("The request names no known operation.")

    def compare(self, source: str, asked: Sequence[Asked], tell: Tell = lambda done: None) -> dict[str, Any]:
        """What of a whole log, oldest first, was never received: `{missing: [line], unusable: {code: n}}`.

        `tell` hears how many alerts were looked at. Raises BadBackfill.
        """
        self._named(source)
        if not asked:
            return {"missing": [], "unusable": {}}
        return self._compare(source, asked, asked[0].at, asked[-1].at, tell)

    def _named(self, source: Any) -> str:
        if not isinstance(source, str) or self._sources.get(source) is None:
            raise BadBackfill(f"There is no source named {str(source)[:80]!r}.", "Name one with --source.")
        return source

    def _compare(
        self, source: str, asked: Sequence[Asked], first: datetime, last: datetime, tell: Tell = lambda done: None
    ) -> dict[str, Any]:
        unusable: Counter[str] = Counter()
        by_text: dict[str, list[Asked]] = defaultdict(list)
        for place in range(0, len(asked), _READ_AT_ONCE):
            some = asked[place : place + _READ_AT_ONCE]
            for one, (text, code) in zip(some, self._compute(redacted, some, self._sources.rules(source)), strict=True):
                if code is None:
                    by_text[text].append(one)
                else:
                    unusable[code] += 1
            tell(place + len(some))
        received = self._received(source, by_text.keys(), first - NEAR)
        return {"missing": self._compute(_missing, by_text, received, last), "unusable": dict(unusable)}

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

    def store(
        self, source: str, asked: Sequence[Asked], tell: Callable[[int, Counter[str]], None] = lambda done, counts: None
    ) -> Counter[str]:
        """Stores alerts, marked as backfilled and never traded: how many were stored, known, or refused by code.

        `tell` hears after each how many were handled and the counts so far.
        """
        counts: Counter[str] = Counter()
        for done, one in enumerate(asked, 1):
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
            tell(done, counts)
        return counts

    def finish(self, source: str, request: Mapping[str, Any], who: str) -> None:
        """Journals the totals `rows found missing stored`. Raises BadBackfill."""
        numbers = {name: request.get(name) for name in ("rows", "found", "missing", "stored")}
        if not all(isinstance(number, int) and number >= 0 for number in numbers.values()):
            raise BadBackfill("The totals are not whole numbers.")
        message = f"Backfill of {source} by {who}: {numbers['missing']} of {numbers['rows']} alerts had been missed"
        fact = Fact(type="backfill_complete", source=source, message=message, data={"source": source, **numbers})
        self._journal.append(Unit(entries=[Entry(fact)]))


def redacted(asked: Sequence[Asked], rules: SourceRules) -> list[tuple[str, str | None]]:
    """Each alert's text without its secrets, or the code for which it is refused; may run in a native thread."""
    found: list[tuple[str, str | None]] = []
    for one in asked:
        body = one.body.encode()
        try:
            parsed = parse(body, content_type=content_type(body), query=one.query, received_at=one.at, source=rules)
        except Unusable as error:
            found.append(("", error.code))
        else:
            found.append((parsed.redacted, None))
    return found


def _missing(
    by_text: Mapping[str, Sequence[Asked]], received: Mapping[str, Sequence[datetime]], last: datetime
) -> list[int]:
    """The lines of the logged alerts that never arrived; may run in a native thread."""
    missing: list[int] = []
    for text, logged in by_text.items():
        times = received.get(text, ())
        if shifted(text, timedelta(days=1), logged[0].at) == text:
            # A text without a time in it fires again and again: only what came in the log's own span counts.
            times = [at for at in times if at <= last + NEAR]
        missing += [one.line for one in _unmatched(logged, times)]
    return sorted(missing)


def _unmatched(logged: Sequence[Asked], received: Sequence[datetime]) -> list[Asked]:
    """The logged alerts that no receipt is left for: first those near in time are paired, then any."""
    left = sorted(received)
    without: list[Asked] = []
    for one in sorted(logged, key=lambda each: each.at):
        place = bisect_left(left, one.at)
        beside = [at for at in (place - 1, place) if 0 <= at < len(left)]
        near = min(beside, key=lambda at: abs(left[at] - one.at), default=None)
        if near is not None and abs(left[near] - one.at) <= NEAR:
            del left[near]
        else:
            without.append(one)
    return without[len(left) :]


def _alerts(request: Mapping[str, Any]) -> list[Asked]:
    try:
        return [
            Asked(int(one["line"]), str(one["body"]), str(one["symbol"]), _time(one["at"])) for one in request["alerts"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise BadBackfill("The alerts are not as signals.backfill sends them.") from error


def _time(text: Any) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise BadBackfill(f"{str(text)[:40]!r} is not a time.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)
