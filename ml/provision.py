"""Decides at the start which model serves, and sees to it that a starter exists; the server does not wait for it.

`runtime` is the process's runtime object; of it only `spawn`, `sleep` and `call_blocking` are used. `tell(data,
message)` appends an `ml_model_update` fact. Until a model serves, signals carry `model_missing`.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from ml.errors import Refused
from ml.registry import Registry, load_path
from ml.scorer import Scorer
from ml.serving import LoadedModel

Tell = Callable[[dict[str, Any], str], None]
_ROOT = Path(__file__).parents[1]
_LOOK_SECONDS = 0.1
_LOADING = Refused("model_loading", "The promoted model is being loaded.", "It takes a second or two.")


class Loop(Protocol):
    """What is used of a runtime."""

    def spawn(self, fn: Callable[..., Any], *args: Any) -> Any: ...
    def sleep(self, seconds: float) -> None: ...
    def call_blocking(self, fn: Callable[..., Any], *args: Any) -> Any: ...


def start(
    runtime: Loop,
    registry: Registry,
    scorer: Scorer,
    tell: Tell,
    *,
    model_path: str = "",
    model_sha256: str = "",
    python: str = sys.executable,
    timeout: float = 120.0,
    my_turn: Callable[[str | None], bool] = lambda known: True,
) -> Any:
    """Returns at once with the spawned task; the scorer gets its model, or the reason why not, when that is known.

    MODEL_PATH wins over the registry, its promoted model over the starter. A promoted model that is refused is not
    replaced by the starter: the user asked for it, so signals say why they are unscored. A refused starter is trained
    anew. `timeout` in seconds bounds the training. `my_turn(known)` is asked before it, with the id of the starter that
    was refused: it may wait, and says False when another process has brought a model instead.
    """
    # Known before the first signal is decided: while a promoted model is loaded, none is sized as if there were none.
    scorer.use(None, _LOADING, training=True)
    try:
        card = None if model_path else registry.champion()
    except Exception as error:  # noqa: BLE001 - the database may be down; whether a model was promoted is then unknown
        refused = _unprepared(error)
        scorer.use(None, refused)
        return runtime.spawn(_tell_refused, tell, refused)
    if not model_path and (card is None or card["status"] == "starter"):
        scorer.use(None, training=True)

    def work() -> None:
        if model_path:
            _use(scorer, tell, lambda: runtime.call_blocking(load_path, Path(model_path), model_sha256))
            return
        if card is not None and _use(scorer, tell, lambda: registry.load(card["id"])):
            return
        if card is None or card["status"] == "starter":
            if my_turn(None if card is None else card["id"]):
                _finish(scorer, tell, _train(runtime, registry, python, timeout))
            else:
                follow(registry, scorer, tell)

    return runtime.spawn(_guarded, scorer, tell, work)


def follow(registry: Registry, scorer: Scorer, tell: Tell) -> None:
    """Use the model that should serve now, when it is not the one in use: another process trained or promoted it."""
    card = registry.champion()
    if card is not None and card["id"] != scorer.describe()["id"]:
        _use(scorer, tell, lambda: registry.load(card["id"]))


def _guarded(scorer: Scorer, tell: Tell, work: Callable[[], None]) -> None:
    """Whatever goes wrong here leaves a server that takes alerts, and a fact that says what failed."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - the database may be down; its error says which
        refused = _unprepared(error)
        scorer.use(None, refused if scorer.refused is _LOADING else None)
        _tell_refused(tell, refused)


def _unprepared(error: Exception) -> Refused:
    return Refused("model_start_failed", f"No model could be prepared: {type(error).__name__}.")


def _use(scorer: Scorer, tell: Tell, load: Callable[[], LoadedModel]) -> bool:
    try:
        model = load()
    except Refused as refused:
        scorer.use(None, refused)
        _tell_refused(tell, refused)
        return False
    scorer.use(model)
    return True


def _finish(scorer: Scorer, tell: Tell, done: LoadedModel | Refused) -> None:
    if isinstance(done, Refused):
        scorer.use(None)
        _tell_refused(tell, done)
        return
    scorer.use(done)
    card = done.card
    data = {"model_id": done.id, "event": "trained", "starter": done.starter, "reason": None}
    message = f"Starter model {done.id} trained on {card['n']} simulated trades ({card['note']})"
    tell({**data, "figures": card["figures"]}, message)


def _tell_refused(tell: Tell, refused: Refused) -> None:
    data: dict[str, Any] = {
        "model_id": None,
        "event": "refused",
        "starter": False,
        "figures": {},
        "reason": refused.code,
    }
    tell(data, f"No model serves: {refused.message} {refused.hint}".strip())


def _train(runtime: Loop, registry: Registry, python: str, timeout: float) -> LoadedModel | Refused:
    with tempfile.TemporaryDirectory(prefix="signal-desk-model-") as folder:
        out = Path(folder)
        code = _child(runtime, [python, "-m", "ml.starter", "--out", str(out / "model")], out, timeout)
        if code != 0:
            what = "took too long" if code is None else f"ended with code {code}"
            hint = f"Run python -m ml.starter --out DIR to see why. {_last_line(out / 'errors')}"
            return Refused("starter_failed", f"Training the starter model {what}.", hint.strip())
        try:
            promised = json.loads(_last_line(out / "said"))
            content = (out / "model" / "model.joblib").read_bytes()
            card = json.loads((out / "model" / "model.json").read_text(encoding="utf-8"))
            card = registry.add({**card, "id": promised["id"], "sha256": promised["sha256"]}, content)
            return registry.load(card["id"])
        except Refused as refused:
            return refused
        except (OSError, ValueError, KeyError, TypeError) as error:
            return Refused("starter_failed", f"The trained starter model is unusable: {type(error).__name__}.")


def _child(runtime: Loop, command: list[str], out: Path, timeout: float) -> int | None:
    """Its exit code, None when it had to be ended; looked at now and then, so that the loop goes on meanwhile."""
    with (out / "said").open("wb") as said, (out / "errors").open("wb") as errors:
        child = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=errors)  # noqa: S603 - our own interpreter and module
    ends_at = monotonic() + timeout
    try:
        while (code := child.poll()) is None:
            if monotonic() > ends_at:
                return None
            runtime.sleep(_LOOK_SECONDS)
        return int(code)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


def _last_line(file: Path) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""
