"""Sources: named webhook tokens with their defaults, kept in memory and changed only by journalled facts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson

from events.envelope import Fact
from events.journal import Entry, Journal, Unit
from signals import projection, tokens
from signals.alert import SourceRules

DEFAULT_SOURCE = "tradingview"


@dataclass(frozen=True, slots=True)
class Source:
    """One source's settings; `expected_every_s` in seconds, `muted_until` RFC 3339, `generation` numbers its token."""

    name: str = DEFAULT_SOURCE
    symbol: str | None = None
    interval: str | None = None
    long_only: bool = False
    mapping: Mapping[str, str] | None = None
    timezone: str | None = None
    expected_every_s: float | None = None
    id_is_key: bool = False
    muted_until: str | None = None
    generation: int = 1

    def rules(self) -> SourceRules:
        """What the parser needs to know of this source."""
        return SourceRules(
            name=self.name,
            symbol=self.symbol,
            interval=self.interval,
            long_only=self.long_only,
            mapping=self.mapping,
            timezone=self.timezone,
            id_is_key=self.id_is_key,
        )


class Sources:
    """All sources of this desk. Another process's change arrives as its `source_update` fact."""

    def __init__(self, journal: Journal, secret_key: str, webhook_token: str | None = None) -> None:
        self._journal, self._secret_key, self._webhook_token = journal, secret_key, webhook_token or None
        self._sources: dict[str, Source] = {}
        self._tokens: dict[str, str] = {}
        self._rules: dict[str, SourceRules] = {}
        self._seqs: dict[str, int] = {}  # of the last change of each that is known here
        self._heard = 0
        self.reload()
        journal.listen(self._listen)

    def reload(self) -> None:
        """Reads all of them from the table: at the start, and when it was put right. Raises DatabaseUnavailable."""
        heard = -1
        while heard != self._heard:  # a change that is heard meanwhile may be newer than what was read
            heard = self._heard
            found = self._journal.query("SELECT name, config, generation FROM sources ORDER BY created_at")
        stored = [_source(row["name"], orjson.loads(row["config"]), row["generation"]) for row in found]
        self._sources, self._tokens, self._rules = {}, {}, {}
        for source in (Source(), *stored):
            self._keep(source)

    @property
    def default(self) -> Source:
        """The source that alerts belong to when none is named."""
        return self._sources[DEFAULT_SOURCE]

    def by_token(self, candidate: str) -> Source | None:
        """The source whose webhook token this is, in constant time over all sources."""
        name = tokens.match(candidate, self._tokens)
        return None if name is None else self._sources[name]

    def by_tokens(self, candidates: Sequence[str]) -> Source | None:
        """The source that one of the candidates opens."""
        name = tokens.first_match(candidates, self._tokens)
        return None if name is None else self._sources[name]

    def token(self, name: str) -> str:
        """A source's webhook token; KeyError for an unknown source. Never log it."""
        return self._tokens[name]

    def is_fixed(self, name: str) -> bool:
        """Whether the settings give this source its token, so that it can't be rotated here."""
        return name == DEFAULT_SOURCE and self._webhook_token is not None

    def rules(self, name: str) -> SourceRules:
        """A source's parsing rules, made once per change."""
        return self._rules[name]

    def get(self, name: str) -> Source | None:
        return self._sources.get(name)

    def list(self) -> list[Source]:
        return list(self._sources.values())

    def save(self, name: str, who: str, **settings: Any) -> Source:
        """Creates or changes a source, journalled as `source_update`; TypeError for a setting that does not exist."""
        before = self._sources.get(name)
        return self._commit(before, replace(before or Source(name=name), **settings), who, "saved")

    def rotate(self, name: str, who: str) -> Source:
        """Gives a source a new token; the old one opens nothing from then on. KeyError for an unknown source."""
        before = self._sources[name]
        return self._commit(before, replace(before, generation=before.generation + 1), who, "rotated")

    def _commit(self, before: Source | None, after: Source, who: str, change: str) -> Source:
        change = "created" if before is None else change
        fact = Fact(
            type="source_update",
            source="desk",
            message=f"Source {after.name} {change}",
            data={
                "name": after.name,
                "change": change,
                "before": None if before is None else asdict(before),
                "after": asdict(after),
                "who": who,
            },
        )
        receipt = self._journal.append(Unit(entries=[Entry(fact, projection.changes(fact))]))
        self._hear(after, receipt.facts[0].seq or 0)  # the listeners may be told later
        return after

    def _listen(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            if fact.type == "source_update" and fact.origin == "desk" and isinstance(fact.data.get("after"), dict):
                after = dict(fact.data["after"])
                self._hear(_source(after.pop("name"), after, after.pop("generation", 1)), fact.seq or 0)

    def _hear(self, source: Source, seq: int) -> None:
        if seq > self._seqs.get(source.name, 0):  # else committed before what was saved here, and told after it
            self._heard += 1
            self._seqs[source.name] = seq
            self._keep(source)

    def _keep(self, source: Source) -> None:
        self._sources[source.name] = source
        self._rules[source.name] = source.rules()
        fixed = self._webhook_token if self.is_fixed(source.name) else None
        self._tokens[source.name] = fixed or tokens.derive(self._secret_key, source.name, source.generation)


def _source(name: str, config: Mapping[str, Any], generation: int) -> Source:
    known = {key: value for key, value in config.items() if key in Source.__dataclass_fields__}
    return Source(**{**known, "name": name, "generation": generation})
