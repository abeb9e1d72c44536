"""What can go wrong with a model; every code stands in docs/reasons.md.

ModelError
├── Refused       a model that must not serve; signals go on unscored with this reason
└── TrainingError a training run that can't give a model
"""


class ModelError(Exception):
    """Base of every error of this package: a reason code, a message and a hint for people."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.hint = hint


class Refused(ModelError):
    """A model whose bytes, features or library do not match what was promised; nothing of it is used."""


class TrainingError(ModelError):
    """Bars or outcomes from which no model can be trained."""
