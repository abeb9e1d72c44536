"""What a handler function is handed: the batch's rows, the rules, the model's answer and the clock."""

from collections.abc import Mapping
from time import perf_counter_ns
from typing import Any

from events.envelope import Fact
from ml.scorer import Score
from signals.plan import NoPlan, Plan, plan
from signals.row import Row, headline
from signals.rules import SizingRules
from signals.scoring import Batch, Scoring
from signals.timing import Stopwatch, ms
from signals.work import Work


class Deciding:
    """Collaborators of one batch. Functions change rows through `update`, so each change is also a fact."""

    def __init__(
        self, work: Work, rules: SizingRules, scoring: Scoring, stopwatch: Stopwatch, *, dry: bool = False
    ) -> None:
        self.work, self.rules = work, rules
        self._past, self._scores, self._stopwatch = scoring.past, Batch(scoring), stopwatch
        self._plans: dict[str, Plan | NoPlan] = {}
        self._dry = dry

    def begin(self, fact: Fact) -> None:
        """Opens a fact's row, with how long it waited for its commit and in the queue."""
        self.work.begin(fact)["timings"].update(self._stopwatch.waited(fact.id))

    def row(self, fact: Fact) -> Row:
        return self.work.row(fact.data.get("id") or fact.id)

    def alert(self, fact: Fact) -> Mapping[str, Any]:
        return self.work.alert(fact.data.get("id") or fact.id)

    def plan(self, fact: Fact) -> Plan | NoPlan:
        """The complete trade that an entry asks for, made once."""
        row = self.row(fact)
        if row["id"] not in self._plans:
            self._plans[row["id"]] = plan(row, self.alert(fact).get("features") or {}, self.rules)
        return self._plans[row["id"]]

    def score(self, fact: Fact) -> Score:
        """The model's answer for an entry, asked once; waits at most the model's deadline, in no transaction."""
        row, began = self.row(fact), perf_counter_ns()
        told = self._scores.score(row, self.alert(fact).get("features") or {})
        row["timings"].setdefault("score_ms", ms(perf_counter_ns() - began))
        return told

    def update(self, row: Row) -> Fact:
        """Keeps a row for the rest of the batch; the fact that tells everyone."""
        self.work.keep(row)
        if not self._dry:
            self._past.observe(row)
        return Fact(
            type="signal_update",
            source=row["source"],
            symbol=row["symbol"],
            message=headline(row),
            # A copy: a later fact of this batch may change the row again, and this one must not change with it.
            data={**row, "timings": dict(row["timings"]), "reasons": list(row["reasons"])},
        )
