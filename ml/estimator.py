"""The model's shape: a logistic regression over standardised features, calibrated on a later slice.

Chosen because it can say why (each feature adds log-odds), because it can be computed exactly without its library,
and because a few hundred outcomes do not carry more. Imports scikit-learn: child processes and native jobs only.
"""

import pickle
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from ml.bars import Floats
from ml.compiled import BEYOND, Compiled, Evidence
from ml.dataset import Dataset
from ml.errors import TrainingError
from ml.features import NAMES

ISOTONIC_FROM = 1000  # samples: with fewer, steps fit noise, so a sigmoid is used
AGREEMENT = 1e-9
_LEAST_OF_EACH = 10  # wins and losses in each window


def fit(learn: Dataset, calibrate: Dataset) -> Any:
    """A calibrated scikit-learn classifier; the same rows always give the same one. Raises TrainingError."""
    for part in (learn, calibrate):
        wins = int(part.y.sum())
        if min(wins, len(part) - wins) < _LEAST_OF_EACH:
            hint = "Give more bars, or other rules."
            raise TrainingError("too_few_outcomes", f"{len(part)} outcomes with {wins} wins are too few.", hint)
    base = make_pipeline(
        SimpleImputer(keep_empty_features=True),
        StandardScaler(),
        FunctionTransformer(np.clip, kw_args={"a_min": -BEYOND, "a_max": BEYOND}),
        LogisticRegression(C=0.1, max_iter=1000),
    ).fit(learn.x, learn.y)
    method = "isotonic" if len(calibrate) >= ISOTONIC_FROM else "sigmoid"
    return CalibratedClassifierCV(FrozenEstimator(base), method=method).fit(calibrate.x, calibrate.y)


def probabilities(estimator: Any, x: Floats) -> Floats:
    """The probability of a win for each row."""
    told: Floats = np.asarray(estimator.predict_proba(x), dtype=np.float64)[:, 1]
    return told


def method_of(estimator: Any) -> str:
    """`sigmoid` or `isotonic`."""
    return str(estimator.method)


def compiled(estimator: Any, base_rate: float, evidence: tuple[Evidence, ...], x: Floats) -> Compiled | None:
    """The estimator as plain numbers, or None when the two differ by more than 1e-9 on any of the rows `x`."""
    fitted = estimator.calibrated_classifiers_[0]
    imputer, scaler, _, regression = (step for _, step in fitted.estimator.estimator.steps)
    calibrator = fitted.calibrators[0]
    calibration: tuple[Any, ...]
    if method_of(estimator) == "sigmoid":
        calibration = ("sigmoid", -float(calibrator.a_), -float(calibrator.b_))
    else:
        calibration = ("isotonic", _floats(calibrator.X_thresholds_), _floats(calibrator.y_thresholds_))
    plain = Compiled(
        NAMES,
        _floats(imputer.statistics_),
        _floats(scaler.mean_),
        _floats(scaler.scale_),
        _floats(regression.coef_[0]),
        float(regression.intercept_[0]),
        calibration,
        base_rate,
        evidence,
    )
    ours = np.array([plain.predict(dict(zip(NAMES, row, strict=True))).probability for row in x.tolist()])
    return plain if float(np.max(np.abs(ours - probabilities(estimator, x)))) <= AGREEMENT else None


def pickled(estimator: Any) -> bytes:
    """The estimator as it will stand in the file; unpickled only after its hash was checked."""
    return pickle.dumps(estimator, protocol=5)


def _floats(values: Any) -> tuple[float, ...]:
    return tuple(np.asarray(values, dtype=np.float64).tolist())
