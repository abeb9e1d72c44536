"""Trains a model from outcomes and judges it on what it had not seen; the same rows give the same bytes."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ml import estimator
from ml.bars import Floats, Ints
from ml.bundle import FORMAT
from ml.compiled import Evidence
from ml.dataset import Dataset
from ml.errors import TrainingError
from ml.features import FEATURES_HASH, NAMES
from ml.figures import figures
from ml.validation import split, walk_forward

EMBARGO_SECONDS = 3600.0  # as far as the features look back
_PROBES = 50
_LIBRARIES = ("scikit-learn", "numpy", "scipy", "joblib")


@dataclass(frozen=True, slots=True)
class Trained:
    """A model as it goes into a registry: the bytes of model.joblib and what model.json says of them."""

    content: bytes
    card: dict[str, Any]


def train(data: Dataset, *, kind: str, rule: Mapping[str, Any], origin: Mapping[str, Any], note: str = "") -> Trained:
    """A model of these outcomes: figures from walk-forward, then fitted anew on everything but its calibration slice.

    `kind` is its id's first word (`starter`, `challenger`), `rule` how outcomes were labelled, `origin` where the
    rows come from. One thread. Raises TrainingError.
    """
    with threadpool_limits(limits=1):
        p, y, base = out_of_sample(data)
        figure = figures(p, y, base)
        last = split(data.start, data.end, len(data), len(data), embargo=EMBARGO_SECONDS)
        learn, calibrate = data.take(last.fit), data.take(last.calibrate)
        fitted = estimator.fit(learn, calibrate)
        base_rate = data.base_rate
        evidence = tuple(Evidence(bin["upto"], bin["observed"], int(bin["n"])) for bin in figure["reliability"])
        probes = np.vstack([data.x, np.full((1, len(NAMES)), np.nan)])
        plain = estimator.compiled(fitted, base_rate, evidence, probes)
        rows = probes[:: max(1, len(probes) // _PROBES)]
        expected = estimator.probabilities(fitted, rows)
    inside: dict[str, Any] = {
        "format": FORMAT,
        "starter": kind == "starter",
        "features": list(NAMES),
        "features_hash": FEATURES_HASH,
        "libraries": libraries(),
        "compiled": plain.plain() if plain else None,
        "evidence": [[one.upto, one.observed, one.n] for one in evidence],
        "probes": [[None if value != value else value for value in row] for row in rows.tolist()],
        "expected": expected.tolist(),
        "estimator": estimator.pickled(fitted),
    }
    inside["id"] = f"{kind}-{hashlib.sha256(repr(sorted(inside.items())).encode()).hexdigest()[:12]}"
    content = io.BytesIO()
    joblib.dump(inside, content)
    card = {
        "id": inside["id"],
        "sha256": hashlib.sha256(content.getvalue()).hexdigest(),
        "status": kind,
        "starter": kind == "starter",
        "note": note,
        "parent": None,
        "trained_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "code_version": code_version(),
        "libraries": libraries(),
        "features": list(NAMES),
        "features_hash": FEATURES_HASH,
        "label_rule": {"name": "triple barrier", "both_in_one_bar": "stop", **rule},
        "origin": dict(origin),
        "windows": {"learn": window(learn), "calibrate": window(calibrate), "judged": len(y)},
        "calibration": estimator.method_of(fitted),
        "compiled": plain is not None,
        "n": len(data),
        "censored": data.censored,
        "base_rate": base_rate,
        "figures": figure,
    }
    return Trained(content.getvalue(), card)


def out_of_sample(data: Dataset) -> tuple[Floats, Ints, Floats]:
    """Walk-forward probabilities, outcomes, and the base rate known before each. Raises TrainingError."""
    told: list[tuple[Floats, Ints, Floats]] = []
    for window in walk_forward(data.start, data.end, embargo=EMBARGO_SECONDS):
        learn, calibrate, test = (data.take(rows) for rows in (window.fit, window.calibrate, window.test))
        p = estimator.probabilities(estimator.fit(learn, calibrate), test.x)
        told.append((p, test.y, np.full(len(test), learn.base_rate)))
    if not told:
        raise TrainingError("too_few_outcomes", "There are no outcomes to learn from.", "Give more bars.")
    p, y, base = (np.concatenate(column) for column in zip(*told, strict=True))
    return p, y, base


def write(trained: Trained, folder: Path) -> None:
    """model.joblib and model.json in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.joblib").write_bytes(trained.content)
    (folder / "model.json").write_text(json.dumps(trained.card, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def libraries() -> dict[str, str]:
    """The versions a model depends on."""
    return {name: metadata.version(name) for name in _LIBRARIES}


def code_version() -> str:
    """The first half of a SHA-256 over this package's sources: what trained this model, to the letter."""
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()[:32]


def window(data: Dataset) -> dict[str, Any]:
    """From when to when, and how many."""
    stamps = [datetime.fromtimestamp(int(at), UTC).isoformat().replace("+00:00", "Z")
              for at in (data.start[0], data.end.max())]  # fmt: skip
    return {"from": stamps[0], "to": stamps[1], "n": len(data)}
