"""Opens a model's bytes, and refuses to touch them before their hash is the promised one.

model.joblib holds builtins only: the compiled numbers, what they need to be checked, and the scikit-learn estimator
as an inner pickle. The outer layer is read by an unpickler that knows no class at all; the inner one is opened only
where the compiled form is absent. So a serving process imports neither numpy nor scikit-learn. A user's own file may
be a bare estimator written by joblib: it is opened, after its hash was checked, by joblib.
"""

import hashlib
import hmac
import io
import pickle
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from ml.compiled import from_plain
from ml.errors import Refused
from ml.features import FEATURES_HASH
from ml.serving import LoadedModel

FORMAT = 1


class _BuiltinsOnly(pickle.Unpickler):
    """Reads numbers, texts, bytes, lists and dicts; a pickle that names any class or function is not ours."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"names {module}.{name}")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def open_model(content: bytes, trusted_sha256: str | None, card: Mapping[str, Any]) -> LoadedModel:
    """The model in these bytes, every check passed. Raises Refused.

    `trusted_sha256` is the database row's or MODEL_SHA256, never anything that lay beside the file. `card` describes
    the model to people; only for a bare estimator without feature names does its `features_hash` count.
    """
    check_hash(content, trusted_sha256)
    inside = plain(content)
    if inside is None:
        from ml.foreign import open_estimator

        return open_estimator(content, card)
    check_promises(inside)
    if inside["compiled"] is None:
        from ml.foreign import open_inner

        return open_inner(inside, card)
    try:
        compiled = from_plain(inside["compiled"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise corrupt(f"its numbers are incomplete: {error}") from error
    return LoadedModel(str(inside["id"]), bool(inside["starter"]), compiled.predict, card, quick=True)


def check_hash(content: bytes, trusted_sha256: str | None) -> None:
    """Raises Refused unless these very bytes are the promised ones."""
    if not trusted_sha256:
        hint = "Set MODEL_SHA256 to the hash you got from whoever trained it."
        raise Refused("model_refused_no_hash", "No trusted hash was given for the model.", hint)
    if not hmac.compare_digest(sha256(content), trusted_sha256.strip().lower()):
        hint = "Restore the file, or train again; nothing of it was opened."
        raise Refused("model_refused_hash", "The model's bytes are not the promised ones.", hint)


def plain(content: bytes) -> dict[str, Any] | None:
    """What is inside one of our files, or None when it is a file of another kind. Raises Refused when it is broken."""
    try:
        inside = _BuiltinsOnly(io.BytesIO(content)).load()
    except pickle.UnpicklingError as error:
        if str(error).startswith("names "):
            return None
        raise corrupt(str(error)) from error
    except Exception as error:  # a broken pickle may raise nearly anything
        raise corrupt(type(error).__name__) from error
    if not isinstance(inside, dict) or inside.get("format") != FORMAT:
        raise corrupt("it is not a model of this format")
    return inside


def check_promises(inside: Mapping[str, Any]) -> None:
    """Raises Refused when it was trained on other features or by another scikit-learn."""
    if inside.get("features_hash") != FEATURES_HASH:
        hint = "Train it again with this version of Signal Desk."
        raise Refused("model_refused_features", "The model was trained on other features.", hint)
    theirs, ours = inside.get("libraries", {}).get("scikit-learn"), metadata.version("scikit-learn")
    if theirs != ours:
        raise other_sklearn(theirs, ours)


def other_sklearn(theirs: object, ours: str) -> Refused:
    text = f"The model was trained with scikit-learn {theirs}; this is {ours}."
    return Refused("model_refused_sklearn", text, "Train it again, or install that version.")


def corrupt(why: str) -> Refused:
    return Refused("model_refused_corrupt", f"The model's file can't be read: {why}.", "Restore it, or train again.")
