"""Whatever is wrong with the model, the desk boots, takes alerts, and says on each signal why it is unscored."""

import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.support import alerts, models
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer
from tests.support.topology import within

Settings = dict[str, str]


def starter_with(template: Path, **fields: Any) -> bytes:
    """The template's own starter file with other contents, as another training would honestly have written it."""
    (file,) = template.glob("models/*/model.joblib")
    return pickle.dumps(pickle.loads(file.read_bytes()) | fields)


def missing(folder: Path, template: Path) -> Settings:
    return {"MODEL_PATH": str(folder / "nowhere.joblib"), "MODEL_SHA256": "0" * 64}


def corrupt(folder: Path, template: Path) -> Settings:
    return models.put(folder, starter_with(template)[:-100])


def wrong_hash(folder: Path, template: Path) -> Settings:
    return models.put(folder, models.Marking(folder / "opened")) | {"MODEL_SHA256": "0" * 64}


def other_features(folder: Path, template: Path) -> Settings:
    return models.put(folder, models.Model(features=("open", "close")))


def other_sklearn(folder: Path, template: Path) -> Settings:
    return models.put(folder, starter_with(template, libraries={"scikit-learn": "0.24.2"}))


def not_a_number(folder: Path, template: Path) -> Settings:
    return models.put(folder, models.NotANumber())


def raising(folder: Path, template: Path) -> Settings:
    return models.put(folder, models.Raising())


REFUSED: dict[str, Callable[[Path, Path], Settings]] = {
    "model_refused_missing": missing,
    "model_refused_corrupt": corrupt,
    "model_refused_hash": wrong_hash,
    "model_refused_features": other_features,
    "model_refused_sklearn": other_sklearn,
}
SERVING: dict[str, Callable[[Path, Path], Settings]] = {"model_not_a_number": not_a_number, "model_error": raising}


@pytest.mark.parametrize("code", [*REFUSED, *SERVING])
def test_a_bad_model_leaves_signals_unscored(
    code: str, start_server: StartServer, tmp_path: Path, template_data_dir: Path
) -> None:
    """It boots; an alert is accepted and stored as `unscored` with the reason, sized 0, and nothing was unpickled.

    Seen to fail, one by one: without `check_hash` the mark of the wrong-hash pickle appears; without the refusals of a
    missing and a corrupt file the reason is lost (`model_missing`, a take); without the checks of features and of
    scikit-learn's version the model serves; without the check for NaN, and with an error let through the native lane,
    the signal is never processed.
    """
    server = start_server(**(REFUSED | SERVING)[code](tmp_path, template_data_dir))
    model = settled_model(server)
    assert not (tmp_path / "opened").exists(), "bytes with the wrong hash were unpickled"
    if code in REFUSED:
        assert (model["status"], model["reason"]) == ("refused", code)
        within(lambda: code in reasons(server), "the journal says why")  # it is told a moment before it is stored
    else:
        assert model["status"] == "champion"
    row = processed(server)
    assert (row["verdict"], row["quantity"], row["probability"]) == ("unscored", 0, None)
    assert row["reasons"][0]["code"] == code
    assert "Traceback" not in server.log


def reasons(server: DeskServer) -> list[str | None]:
    return [fact["data"]["reason"] for fact in server.facts(types="ml_model_update")]


def test_the_mark_does_show_an_opened_file(start_server: StartServer, tmp_path: Path) -> None:
    """The same bytes under their own hash are opened, so that the mark's absence above means something.

    Fails when the server can't import what the pickle names, or when nothing opens MODEL_PATH at all.
    """
    server = start_server(**models.put(tmp_path, models.Marking(tmp_path / "opened")))
    assert settled_model(server)["status"] == "refused"
    assert (tmp_path / "opened").exists()


def processed(server: DeskServer) -> dict[str, Any]:
    answer = server.post_alert(alerts.entry(1))
    assert answer.json()["status"] == "accepted"
    server.wait_processed()
    return dict(server.get(f"/api/signals/{answer.json()['signal_id']}"))


def settled_model(server: DeskServer, seconds: float = PATIENCE) -> dict[str, Any]:
    """The model's card when it is no longer being looked for."""
    deadline = time.monotonic() + seconds
    while (model := server.get("/api/state")["model"])["status"] == "training":
        assert time.monotonic() < deadline, model
        time.sleep(0.05)
    return dict(model)
