"""Asks the model about an entry, with what was known of its source and symbol at that instant."""

from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Any

from events.journal import Journal
from ml.features import compute
from ml.scorer import Score, Scorer
from signals.past import Past
from signals.row import Row

BATCH_SECONDS = 0.5  # what all scores of one batch may wait together, so that exits in it are not held up


class Scoring:
    """The scorer and the past of every source and symbol; one per process, lives as long as the pipeline."""

    def __init__(self, journal: Journal, scorer: Scorer) -> None:
        self.past = Past(journal)
        self._scorer = scorer

    def score(self, row: Row, features: Mapping[str, float]) -> Score:
        """The model's answer; never raises, the reason says why there is no probability."""
        return self._scorer.score(compute({**row, **features}, self.past.before(row)))


class Batch:
    """Scores within one batch: asked once per entry, and bounded together when the model hangs."""

    def __init__(self, scoring: Scoring) -> None:
        self._scoring = scoring
        self._waited = 0.0
        self._scores: dict[str, Score] = {}

    def score(self, row: Row, features: Mapping[str, Any]) -> Score:
        known = self._scores.get(row["id"])
        if known is None:
            known = self._scores[row["id"]] = self._ask(row, features)
        return known

    def _ask(self, row: Row, features: Mapping[str, Any]) -> Score:
        last = next(reversed(self._scores.values()), None)
        if last is not None and last.reason is not None and self._waited > BATCH_SECONDS:
            return replace(last, elapsed_ms=0.0)
        began = monotonic()
        told = self._scoring.score(row, features)
        self._waited += monotonic() - began
        return told
