"""Opens estimators by scikit-learn itself, for a user's own model and for forms that could not be compiled.

Only ever called with bytes whose hash was checked. Imports scikit-learn: native jobs and commands only.
"""

import io
import pickle
import warnings
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

import joblib
import numpy as np
from sklearn.exceptions import InconsistentVersionWarning

from ml.bundle import corrupt, other_sklearn, sha256
from ml.compiled import Evidence, interval
from ml.errors import Refused
from ml.features import FEATURES_HASH, NAMES
from ml.serving import LoadedModel, Prediction


def open_estimator(content: bytes, card: Mapping[str, Any]) -> LoadedModel:
    """A bare classifier written by joblib, trained on `ml.features.NAMES` in their order. Raises Refused.

    Its features are known by `feature_names_in_`, else by `features_hash` on its card. It has no interval.
    """
    estimator = _unpickled(lambda: joblib.load(io.BytesIO(content)))
    names = getattr(estimator, "feature_names_in_", None)
    fits = list(names) == list(NAMES) if names is not None else card.get("features_hash") == FEATURES_HASH
    if not fits:
        hint = "Train on ml.features.NAMES in their order, in a DataFrame so that the names are kept."
        raise Refused("model_refused_features", "The model was trained on other features.", hint)
    if not hasattr(estimator, "predict_proba"):
        raise Refused("model_refused_kind", "The model gives no probabilities.", "Use a classifier with predict_proba.")
    return LoadedModel(str(card.get("id") or f"own-{sha256(content)[:12]}"), False, _asks(estimator, ()), card)


def open_inner(inside: Mapping[str, Any], card: Mapping[str, Any]) -> LoadedModel:
    """One of our own files whose estimator could not be compiled."""
    evidence = [Evidence(float(upto), float(observed), int(n)) for upto, observed, n in inside["evidence"]]
    return LoadedModel(str(inside["id"]), bool(inside["starter"]), _asks(inner(inside), evidence), card)


def inner(inside: Mapping[str, Any]) -> Any:
    """The scikit-learn estimator of one of our own files. Raises Refused."""
    return _unpickled(lambda: pickle.loads(inside["estimator"]))  # noqa: S301 - the hash of these bytes was checked


class _asks:
    """Scores one row by `predict_proba`."""

    def __init__(self, estimator: Any, evidence: Sequence[Evidence]) -> None:
        self._estimator = estimator
        self._evidence = evidence

    def __call__(self, features: Mapping[str, float]) -> Prediction:
        told = np.asarray(self._estimator.predict_proba(np.array([[features[name] for name in NAMES]])))
        if told.shape != (1, 2):
            raise Refused("model_wrong_shape", f"predict_proba gave {told.shape}, not (1, 2).")
        probability = float(told[0, 1])
        low, high = interval(probability, self._evidence)
        return Prediction(probability, low, high)


def _unpickled(load: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        try:
            return load()
        except InconsistentVersionWarning as error:
            raise other_sklearn(error.original_sklearn_version, metadata.version("scikit-learn")) from error
        except Exception as error:  # an unpickler may raise nearly anything
            raise corrupt(type(error).__name__) from error
