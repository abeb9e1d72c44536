"""Models that misbehave, as files a user might name in MODEL_PATH.

The server unpickles these classes by their names, so what they do happens in the server's own native thread.
"""

import ctypes
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from ml.bundle import sha256
from ml.features import NAMES


def named(template: Path) -> dict[str, str]:
    """Settings that name the template's model: a new Postgres knows none, and a worker would train one beside the test.

    For tests whose subject is not how a desk comes to its first model.
    """
    file = next((template / "models").glob("*/model.joblib"))
    return {"MODEL_PATH": str(file), "MODEL_SHA256": sha256(file.read_bytes())}


class Model:
    """A classifier in the shape that a user's own file has: the right features, and an answer."""

    def __init__(self, features: tuple[str, ...] = NAMES) -> None:
        self.feature_names_in_ = list(features)

    def predict_proba(self, rows: Any) -> Any:
        del rows
        return np.array([[0.4, 0.6]])


class Slow(Model):
    """Takes its time outside Python, as a library waiting for something would."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.milliseconds = int(seconds * 1000)

    def predict_proba(self, rows: Any) -> Any:
        ctypes.CDLL(None).poll(None, 0, self.milliseconds)  # not time.sleep: the engines make that one green
        return super().predict_proba(rows)


class NotANumber(Model):
    """Answers NaN."""

    def predict_proba(self, rows: Any) -> Any:
        return super().predict_proba(rows) * np.nan


class Raising(Model):
    """Answers with an error."""

    def predict_proba(self, rows: Any) -> Any:
        raise ZeroDivisionError("the model divides by zero")


class Marking:
    """Unpickling one creates the file: proof that somebody opened the bytes."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)


def put(folder: Path, model: object) -> dict[str, str]:
    """Write a model (or bytes as they are) to a file; the settings that name it, with its true hash."""
    content = model if isinstance(model, bytes) else pickle.dumps(model)
    file = folder / "users-own.joblib"
    file.write_bytes(content)
    return {"MODEL_PATH": str(file), "MODEL_SHA256": sha256(content)}
