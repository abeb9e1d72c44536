"""At the start a model is found or trained without anybody waiting, and every way to fail is told."""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ml.bundle import sha256
from ml.features import NAMES
from ml.provision import start
from ml.registry import Registry
from ml.scorer import Scorer
from ml.training import Trained, write
from tests.ml.shelf import marking, registry
from tests.support.patience import PATIENCE

ROW = dict.fromkeys(NAMES, 0.5)


class Threads:
    """A loop of plain threads."""

    def spawn(self, fn: Callable[..., Any], *args: Any) -> threading.Thread:
        thread = threading.Thread(target=fn, args=args)
        thread.start()
        return thread

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def call_blocking(self, fn: Callable[..., Any], *args: Any) -> Any:
        return fn(*args)


class Desk:
    """A scorer and the facts it was told of."""

    def __init__(self) -> None:
        self.scorer = Scorer(lambda fn, *args, timeout: fn(*args))
        self.facts: list[dict[str, Any]] = []

    def tell(self, data: dict[str, Any], message: str) -> None:
        self.facts.append(data | {"message": message})

    def start(self, shelf: Registry, **settings: Any) -> None:
        start(Threads(), shelf, self.scorer, self.tell, **settings).join(2 * PATIENCE)


def test_the_first_start_trains_a_starter(tmp_path: Path) -> None:
    """Returns at once with `model_missing` and status `training`; then the starter serves and a fact says so."""
    shelf, rows = registry(tmp_path)
    desk = Desk()
    task = start(Threads(), shelf, desk.scorer, desk.tell, python=str(held_up(tmp_path)))
    assert (desk.scorer.score(ROW).reason, desk.scorer.describe()["status"]) == ("model_missing", "training")
    (tmp_path / "go on").touch()
    task.join(2 * PATIENCE)
    score = desk.scorer.score(ROW)
    assert (score.starter, score.reason) == (True, None)
    assert desk.scorer.describe()["note"] == "starter: not for trading"
    [fact] = desk.facts
    assert (fact["event"], fact["starter"], fact["model_id"]) == ("trained", True, score.model_id)
    assert "not for trading" in fact["message"]
    [row] = rows.all()
    assert sha256(row["bytes"]) == row["sha256"]


def held_up(folder: Path) -> Path:
    """A Python that begins when the file `go on` is there."""
    script = folder / "python"
    wait = f'while [ ! -e "{folder}/go on" ]; do sleep 0.05; done'
    script.write_text(f'#!/bin/sh\n{wait}\nexec "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    return script


def test_the_second_start_trains_nothing(tmp_path: Path, starter: Trained) -> None:
    """A stored starter is loaded; no child process is needed."""
    shelf, _ = registry(tmp_path)
    shelf.add(starter.card, starter.content)
    desk = Desk()
    desk.start(shelf, python="/nonexistent/python")
    assert desk.scorer.describe()["status"] == "starter"
    assert desk.facts == []


def test_a_refused_starter_is_trained_anew(tmp_path: Path, starter: Trained) -> None:
    """A starter whose row is damaged is not opened; a new one takes its place."""
    shelf, rows = registry(tmp_path)
    rows.save({**starter.card, "id": "starter-old", "sha256": "0" * 64}, starter.content)
    desk = Desk()
    desk.start(shelf)
    assert desk.scorer.score(ROW).starter
    assert [fact["event"] for fact in desk.facts] == ["refused", "trained"]


def test_a_refused_promoted_model_is_not_replaced(tmp_path: Path, starter: Trained) -> None:
    """Signals say why they are unscored rather than being sized by a model nobody promoted."""
    shelf, rows = registry(tmp_path)
    shelf.add(starter.card, starter.content)
    rows.save({**starter.card, "id": "c1", "status": "champion", "sha256": "0" * 64}, None)
    desk = Desk()
    desk.start(shelf)
    assert desk.scorer.score(ROW).reason in ("model_refused_hash", "model_refused_missing")
    assert desk.facts[0]["event"] == "refused"


@pytest.mark.parametrize(
    ("python", "timeout", "says"),
    [("/bin/false", PATIENCE, "ended with code 1"), ("/nonexistent/python", PATIENCE, "prepared")],
)
def test_a_failing_child_is_a_fact(tmp_path: Path, python: str, timeout: float, says: str) -> None:
    """When training fails the server goes on without a model, and a fact says what happened."""
    desk = Desk()
    desk.start(registry(tmp_path)[0], python=python, timeout=timeout)
    assert desk.scorer.score(ROW).reason == "model_missing"
    assert says in desk.facts[0]["message"]


def test_training_is_bounded_in_time(tmp_path: Path) -> None:
    """A child that takes too long (here for ever) is ended."""
    desk = Desk()
    desk.start(registry(tmp_path)[0], timeout=0.2, python=str(held_up(tmp_path)))
    assert "took too long" in desk.facts[0]["message"]


def test_model_path_wins(tmp_path: Path, starter: Trained) -> None:
    """MODEL_PATH with its hash serves; with another hash it is refused, unopened, and told."""
    write(starter, tmp_path / "own")
    desk = Desk()
    where, shelf = str(tmp_path / "own"), registry(tmp_path)[0]
    desk.start(shelf, model_path=where, model_sha256=sha256(starter.content))
    assert desk.scorer.score(ROW).probability is not None
    mark = tmp_path / "opened"
    (tmp_path / "own" / "model.joblib").write_bytes(marking(mark))
    desk.start(shelf, model_path=where, model_sha256=sha256(starter.content))
    assert desk.scorer.score(ROW).reason == "model_refused_hash"
    assert desk.facts[-1]["reason"] == "model_refused_hash"
    assert not mark.exists()


def test_a_database_that_is_down_does_not_stop_the_start(tmp_path: Path) -> None:
    """Reading the models fails: whether one was promoted is unknown, so signals are unscored, and a fact says why."""

    def down() -> list[dict[str, Any]]:
        raise ConnectionError

    desk = Desk()
    desk.start(Registry(tmp_path, lambda card, content: None, down))
    assert desk.scorer.score(ROW).reason == "model_start_failed"
    assert desk.facts[0]["reason"] == "model_start_failed"


def test_while_a_promoted_model_loads_nothing_is_sized_without_it(tmp_path: Path, starter: Trained) -> None:
    """Right after a start a signal is unscored, never at the full size of a desk that has no model."""
    shelf, _ = registry(tmp_path)
    shelf.add({**starter.card, "status": "champion"}, starter.content)
    reasons: list[str | None] = []

    class Slow(Threads):
        def spawn(self, fn: Callable[..., Any], *args: Any) -> threading.Thread:
            reasons.append(desk.scorer.score(ROW).reason)
            return super().spawn(fn, *args)

    desk = Desk()
    start(Slow(), shelf, desk.scorer, desk.tell).join(2 * PATIENCE)
    assert reasons == ["model_loading"]
    assert desk.scorer.score(ROW).probability is not None
