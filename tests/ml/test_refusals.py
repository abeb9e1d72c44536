"""A model that is not what was promised never serves, and bytes with the wrong hash are never unpickled.

Shown to fail: without the call of `check_hash` in `ml.bundle.open_model` the mark of the wrong-hash pickle appears.
"""

import io
import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ml.bundle import open_model, sha256
from ml.errors import Refused
from ml.features import FEATURES_HASH, NAMES, History, compute
from ml.registry import load_path
from ml.scorer import Scorer
from ml.training import Trained
from tests.ml.shelf import marking, registry

ROW = compute({"side": "buy", "price": 100.0, "stop": 99.0, "targets": [102.0]}, History())


def refusal(content: bytes, trusted: str | None = None, card: dict[str, Any] | None = None) -> str:
    with pytest.raises(Refused) as told:
        open_model(content, sha256(content) if trusted is None else trusted, card or {})
    return told.value.code


def changed(starter: Trained, **fields: Any) -> bytes:
    """The starter's file with other contents, as an honest but different training would have written it."""
    return pickle.dumps(pickle.loads(starter.content) | fields)


def test_missing(tmp_path: Path) -> None:
    """A MODEL_PATH that leads nowhere and an unknown id are refused by name."""
    with pytest.raises(Refused) as told:
        load_path(tmp_path / "nothing.joblib", "0" * 64)
    assert told.value.code == "model_refused_missing"
    with pytest.raises(Refused) as told:
        registry(tmp_path)[0].load("nobody")
    assert told.value.code == "model_refused_missing"


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_corrupt(starter: Trained, cut: int) -> None:
    """A truncated file is refused as corrupt even when its hash is the trusted one."""
    assert refusal(starter.content[:cut]) == "model_refused_corrupt"


def test_corrupt_numbers(starter: Trained) -> None:
    """A file whose numbers are incomplete is refused instead of scoring nonsense."""
    assert refusal(changed(starter, compiled={"features": []})) == "model_refused_corrupt"
    assert refusal(pickle.dumps([1, 2])) == "model_refused_corrupt"


def test_wrong_hash_is_never_unpickled(tmp_path: Path) -> None:
    """A pickle that would leave a mark leaves none under a wrong hash; under its own it does: the mark works."""
    mark = tmp_path / "opened"
    evil = marking(mark)
    assert refusal(evil, "0" * 64) == "model_refused_hash"
    assert not mark.exists()
    assert refusal(evil) in ("model_refused_corrupt", "model_refused_features")
    assert mark.exists()


def test_a_swapped_file_and_card_are_never_unpickled(tmp_path: Path, starter: Trained) -> None:
    """Who may write the folder but not the database can't make us open a pickle, whatever hash lies beside it."""
    shelf, rows = registry(tmp_path)
    card = shelf.add(starter.card, starter.content)
    mark = tmp_path / "opened"
    folder = shelf.folder / card["id"]
    (folder / "model.joblib").write_bytes(marking(mark))
    (folder / "model.json").write_text('{"sha256": "' + sha256(marking(mark)) + '"}')
    rows.rows[card["id"]]["bytes"] = None
    with pytest.raises(Refused) as told:
        shelf.load(card["id"])
    assert told.value.code == "model_refused_hash"
    assert not mark.exists()


def test_our_own_format_never_calls_anything(tmp_path: Path, starter: Trained) -> None:
    """Serving one of our files does not open the estimator inside it, even with the right hash."""
    mark = tmp_path / "opened"
    content = changed(starter, estimator=marking(mark))
    assert open_model(content, sha256(content), {}).predict(ROW).probability > 0
    assert not mark.exists()


def test_without_a_trusted_hash(starter: Trained, tmp_path: Path) -> None:
    """MODEL_PATH without MODEL_SHA256 is refused; a hash in the card beside the file does not count."""
    (tmp_path / "model.joblib").write_bytes(starter.content)
    (tmp_path / "model.json").write_text('{"sha256": "' + sha256(starter.content) + '"}')
    with pytest.raises(Refused) as told:
        load_path(tmp_path, "")
    assert told.value.code == "model_refused_no_hash"
    assert load_path(tmp_path, sha256(starter.content).upper()).id == starter.card["id"]


def test_other_features(starter: Trained) -> None:
    """A model trained on other features is refused, ours and a user's own alike."""
    assert refusal(changed(starter, features_hash="0" * 64)) == "model_refused_features"
    assert refusal(own(columns=NAMES[:-1])) == "model_refused_features"


def test_other_scikit_learn(starter: Trained) -> None:
    """A model of another scikit-learn is refused, ours and a user's own alike."""
    other = changed(starter, libraries={"scikit-learn": "0.24.2"})
    assert refusal(other) == "model_refused_sklearn"
    assert refusal(own(version="0.9.9"), card={"features_hash": FEATURES_HASH}) == "model_refused_sklearn"


def test_no_probabilities() -> None:
    """A user's own file that holds no classifier is refused."""
    content = io.BytesIO()
    joblib.dump(np.arange(3), content)
    assert refusal(content.getvalue(), card={"features_hash": FEATURES_HASH}) == "model_refused_kind"


def test_a_users_own_estimator_serves() -> None:
    """A bare scikit-learn classifier with its hash is scored by scikit-learn itself, without an interval."""
    content = own()
    model = open_model(content, sha256(content), {"features_hash": FEATURES_HASH})
    scorer = Scorer(lambda fn, *args, timeout: fn(*args))
    scorer.use(model)
    score = scorer.score(dict.fromkeys(NAMES, 0.5))
    assert score.reason is None
    assert 0.0 < (score.probability or 0.0) < 1.0
    assert score.probability_low is None
    assert scorer.score(ROW).reason == "model_error", "it can't take absent values: told, not raised"


def test_the_database_mends_the_folder(tmp_path: Path, starter: Trained) -> None:
    """A passing disk or a damaged file costs nothing while the row holds the bytes."""
    shelf, _ = registry(tmp_path)
    card = shelf.add(starter.card, starter.content)
    file = shelf.folder / card["id"] / "model.joblib"
    file.unlink()
    assert shelf.load(card["id"]).id == card["id"]
    file.write_bytes(b"damaged")
    assert shelf.load(card["id"]).id == card["id"]
    assert file.read_bytes() == starter.content


def test_the_registry_takes_no_false_hash(tmp_path: Path, starter: Trained) -> None:
    """A card that promises another hash than its bytes have is not stored."""
    shelf, rows = registry(tmp_path)
    with pytest.raises(ValueError, match="hash"):
        shelf.add({**starter.card, "sha256": "0" * 64}, starter.content)
    assert rows.all() == []


def test_the_promoted_model_serves_before_the_starter(tmp_path: Path, starter: Trained) -> None:
    """The registry names the promoted model, else the starter; challengers never serve."""
    shelf, rows = registry(tmp_path)
    assert shelf.champion() is None
    shelf.add({**starter.card, "status": "challenger"}, starter.content)
    assert shelf.champion() is None
    shelf.add(starter.card, starter.content)
    assert (shelf.champion() or {})["status"] == "starter"
    promoted = {**starter.card, "id": "c1", "status": "champion", "trained_at": "2020-01-01T00:00:00.000Z"}
    rows.save(promoted, starter.content)
    assert (shelf.champion() or {})["id"] == "c1"


def own(columns: tuple[str, ...] = NAMES, version: str | None = None) -> bytes:
    """A user's own logistic regression as joblib writes it."""
    chance = np.random.default_rng(3)
    x = chance.standard_normal((50, len(columns)))
    estimator = LogisticRegression().fit(x, (x[:, 0] > 0).astype(int))
    if columns != NAMES:
        estimator.feature_names_in_ = np.array(columns, dtype=object)
    content = io.BytesIO()
    joblib.dump(estimator, content)
    text = content.getvalue()
    if version:
        import sklearn

        text = text.replace(sklearn.__version__.encode(), version.encode())
    return text
