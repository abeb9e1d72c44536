"""Gives the model registry its database rows and journals what becomes of models; decides nothing about them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from events import wire
from events.clock import now_utc, rfc3339
from events.envelope import Fact
from events.errors import NotStored
from events.journal import Change, Entry, Journal, Unit
from events.lease import Lease
from ml import provision
from ml.registry import Registry
from ml.scorer import Scorer

if TYPE_CHECKING:
    from runtime import Runtime, Task
    from web.desk import Values

log = logging.getLogger("web.models")
AGAIN_SECONDS = 1.0
SAVE = """
INSERT INTO models (id, sha256, status, card, bytes, created_at, updated_at)
VALUES (:id, :sha256, :status, :card, :bytes, :now, :now)
ON CONFLICT (id) DO UPDATE SET sha256 = excluded.sha256, status = excluded.status, card = excluded.card,
                               bytes = COALESCE(excluded.bytes, models.bytes), updated_at = excluded.updated_at
"""


# What changes which model serves, in every process of the desk.
CHANGES = frozenset({"trained", "promoted", "demoted"})
TURN_SECONDS = 0.05


class Models:
    """The registry over this desk's database, and the task that finds or trains the model that serves.

    Several processes serve one model: the holder of the lease trains a missing starter, and each follows what the
    journal says was trained or promoted.
    """

    def __init__(
        self, journal: Journal, runtime: Runtime, scorer: Scorer, values: Values, python: str, lease: Lease
    ) -> None:
        self._journal, self._runtime, self._scorer = journal, runtime, scorer
        self._values, self._python, self._lease = values, python, lease
        self._task: Task | None = None
        self._news = False
        self._following = threading.Lock()
        journal.listen(self._listen)
        self.registry = Registry(values.data_dir / "models", self._save, self._rows, runtime.call_blocking)

    def provide(self) -> None:
        """Returns at once; until a model serves, signals carry `model_missing`."""
        # A model whose training ends while the database is away is not lost, or no start but the next would have one.
        waits = Registry(self.registry.folder, self._save_for_sure, self._rows, self._runtime.call_blocking)
        self._task = provision.start(
            self._runtime,
            waits,
            self._scorer,
            self._tell,
            model_path=self._values.model_path,
            model_sha256=self._values.model_sha256,
            python=self._python,
            timeout=self._values.training_seconds,
            my_turn=self._my_turn,
        )

    def stop(self) -> None:
        """A training under way ends with the server, its child process too; the next start trains again."""
        if self._task is not None:
            self._task.kill()

    def _listen(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            if fact.type == "ml_model_update" and fact.origin == "desk" and fact.data["event"] in CHANGES:
                self._news = True
                started = self._task is not None and self._task.dead
                if started and not self._values.model_path and fact.data["model_id"] != self._scorer.describe()["id"]:
                    self._runtime.spawn(self._follow)

    def _follow(self) -> None:
        with self._following:
            provision.follow(self.registry, self._scorer, self._tell)

    def _my_turn(self, known: str | None) -> bool:
        while self._lease.held is None:
            if self._news:
                self._news = False
                card = self.registry.champion()
                if card is not None and card["id"] != known:
                    return False
            self._runtime.sleep(TURN_SECONDS)
        return True

    def _save(self, card: dict[str, Any], content: bytes | None) -> None:
        self._journal.append(saving(card, content))

    def _save_for_sure(self, card: dict[str, Any], content: bytes | None) -> None:
        self._store_for_sure(saving(card, content))

    def _store_for_sure(self, unit: Unit) -> None:
        """As soon as the database takes it; a stop ends the task that waits here. `unit` may be stored twice."""
        while True:
            try:
                self._journal.append(unit)
            except NotStored:
                self._runtime.sleep(AGAIN_SECONDS)
            else:
                return

    def _rows(self) -> Sequence[Mapping[str, Any]]:
        rows: list[dict[str, Any]] = self._journal.query(
            "SELECT id, sha256, status, card, bytes, updated_at FROM models"
        )
        return rows

    def _tell(self, data: dict[str, Any], message: str) -> None:
        level = "INFO"
        if data["event"] == "refused":
            level = "WARNING"
            log.warning(message)
            if self._values.role == "web":
                return  # the worker's word counts; this process only tries alerts
        fact = Fact(type="ml_model_update", data=data, message=message, source="desk", level=level)
        self._store_for_sure(Unit(entries=[Entry(fact, once=True)]))


def saving(card: dict[str, Any], content: bytes | None) -> Unit:
    """A model's row; what is there already is replaced."""
    row = {
        "id": card["id"],
        "sha256": card["sha256"],
        "status": card["status"],
        "card": wire.encode(card).decode(),
        "bytes": content,
        "now": rfc3339(now_utc()),
    }
    return Unit(changes=[Change(SAVE, row)])
