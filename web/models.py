"""Gives the model registry its database rows and journals what becomes of models; decides nothing about them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from events import wire
from events.clock import now_utc, rfc3339
from events.envelope import Fact
from events.journal import Change, Entry, Journal, Unit
from ml import provision
from ml.registry import Registry
from ml.scorer import Scorer

if TYPE_CHECKING:
    from runtime import Runtime, Task
    from web.desk import Values

log = logging.getLogger("web.models")
SAVE = """
INSERT INTO models (id, sha256, status, card, bytes, created_at, updated_at)
VALUES (:id, :sha256, :status, :card, :bytes, :now, :now)
ON CONFLICT (id) DO UPDATE SET sha256 = excluded.sha256, status = excluded.status, card = excluded.card,
                               bytes = COALESCE(excluded.bytes, models.bytes), updated_at = excluded.updated_at
"""


class Models:
    """The registry over this desk's database, and the task that finds or trains the model that serves."""

    def __init__(self, journal: Journal, runtime: Runtime, scorer: Scorer, values: Values, python: str) -> None:
        self._journal, self._runtime, self._scorer = journal, runtime, scorer
        self._values, self._python = values, python
        self._task: Task | None = None
        self.registry = Registry(values.data_dir / "models", self._save, self._rows, runtime.call_blocking)

    def provide(self) -> None:
        """Returns at once; until a model serves, signals carry `model_missing`."""
        self._task = provision.start(
            self._runtime,
            self.registry,
            self._scorer,
            self._tell,
            model_path=self._values.model_path,
            model_sha256=self._values.model_sha256,
            python=self._python,
            timeout=self._values.training_seconds,
        )

    def stop(self) -> None:
        """A training under way ends with the server, its child process too; the next start trains again."""
        if self._task is not None:
            self._task.kill()

    def _save(self, card: dict[str, Any], content: bytes | None) -> None:
        row = {
            "id": card["id"],
            "sha256": card["sha256"],
            "status": card["status"],
            "card": wire.encode(card).decode(),
            "bytes": content,
            "now": rfc3339(now_utc()),
        }
        self._journal.append(Unit(changes=[Change(SAVE, row)]))

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
        fact = Fact(type="ml_model_update", data=data, message=message, source="desk", level=level)
        self._journal.append(Unit(entries=[Entry(fact)]))
