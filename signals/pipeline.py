"""What the follower named `pipeline` does: it reads the journal in order and decides what each alert brings."""

from collections.abc import Sequence

from events.envelope import Fact
from events.journal import Entry, Journal
from ml.scorer import Scorer
from signals.deciding import Deciding
from signals.handler import TABLE, handle
from signals.projection import changes
from signals.rules import SizingRules
from signals.scoring import Scoring
from signals.timing import Stopwatch
from signals.work import Work

NAME = "pipeline"


def decides(fact: Fact) -> bool:
    """Whether it may bring other facts; most types bring none."""
    return (fact.type, fact.origin) in TABLE


class Pipeline:
    """Turns facts into entries of the journal. Nothing here is inside a transaction: the follower commits it all."""

    def __init__(
        self, journal: Journal, scorer: Scorer, rules: SizingRules, stopwatch: Stopwatch | None = None
    ) -> None:
        self.rules, self.stopwatch = rules, stopwatch or Stopwatch()
        self._journal, self._scoring = journal, Scoring(journal, scorer)
        self._next: int | None = None

    def handle(self, facts: Sequence[Fact]) -> Sequence[Sequence[Entry]]:
        """One batch: for each fact the entries that it brings, with their table changes."""
        if facts and facts[0].seq != self._next:
            # Another process decided in between, or this batch is tried again: what was remembered may be wrong.
            self._scoring.past.forget()
        self._next = (facts[-1].seq or 0) + 1 if facts else self._next
        if not any(map(decides, facts)):
            return [()] * len(facts)
        deciding = self.deciding(facts)
        return [[Entry(brought, changes(brought)) for brought in handle(fact, deciding)] for fact in facts]

    def forget(self) -> None:
        """Read anew what is remembered: another process may have decided meanwhile."""
        self._next = None
        self._scoring.past.forget()

    def doubt(self) -> None:
        """What is remembered is read anew before the next batch: somebody put the tables right."""
        self._next = None

    def deciding(self, facts: Sequence[Fact], *, dry: bool = False) -> Deciding:
        """The collaborators for a batch; the dry run decides with the same, and leaves no trace in the past."""
        return Deciding(Work(self._journal, facts), self.rules, self._scoring, self.stopwatch, dry=dry)
