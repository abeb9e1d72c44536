"""Keeps models: a folder each for people and commands, and in the database the hash that is trusted and the bytes.

The folder is a cache (a hosted machine forgets its disk); the database's row is the truth.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ml.bundle import open_model, sha256
from ml.errors import Refused
from ml.serving import LoadedModel

Save = Callable[[dict[str, Any], bytes | None], None]
Rows = Callable[[], Sequence[Mapping[str, Any]]]
SERVING = ("champion", "starter")  # a promoted model before the starter


def directly(fn: Callable[..., Any], *args: Any) -> Any:
    """Runs a job here and now: for commands and tests."""
    return fn(*args)


class Registry:
    """`save(card, bytes)` writes a row of the `models` table, `rows()` gives them all (id, sha256, status, card, bytes,
    updated_at); both are called on the loop. `run(fn, *args)` takes file and unpickling work off the loop: a runtime's
    `call_blocking`."""

    def __init__(self, folder: Path, save: Save, rows: Rows, run: Callable[..., Any] = directly) -> None:
        self.folder = folder
        self._save = save
        self._rows = rows
        self._run = run

    def add(self, card: Mapping[str, Any], content: bytes) -> dict[str, Any]:
        """Store a model: the row first, because only it is trusted. Returns the card; raises what `save` raises.

        ValueError when the card's hash is not that of the bytes.
        """
        kept = dict(card)
        if sha256(content) != kept["sha256"]:
            raise ValueError("the card's hash is not that of the bytes")
        self._save(kept, content)
        self._run(_cache, self.folder / kept["id"], content, kept)
        return kept

    def list(self) -> list[dict[str, Any]]:
        """The cards, newest first; status and hash are the row's."""
        cards = [card_of(row) for row in self._rows()]
        return sorted(cards, key=lambda card: str(card.get("trained_at") or ""), reverse=True)

    def champion(self) -> dict[str, Any] | None:
        """The card of the model that should serve: the newest promoted one, else the newest starter, else None."""
        cards = self.list()
        return next((card for status in SERVING for card in cards if card["status"] == status), None)

    def load(self, id: str, trusted_sha256: str | None = None) -> LoadedModel:
        """The model with this id, every check passed. Raises Refused.

        The trusted hash is the row's unless another is given. Where the folder's file is absent or was changed, the
        row's bytes are taken and the file is restored.
        """
        row = next((row for row in self._rows() if row["id"] == id), None)
        if row is None:
            raise Refused("model_refused_missing", f"There is no model {id}.", "List them: python -m ml.models list.")
        trusted = trusted_sha256 or str(row["sha256"])
        kept = bytes(row["bytes"]) if row.get("bytes") is not None else None
        loaded: LoadedModel = self._run(_load, self.folder / id, card_of(row), trusted, kept)
        return loaded


def load_path(path: Path, trusted_sha256: str | None) -> LoadedModel:
    """A user's own model: MODEL_PATH is a file or a folder with model.joblib. Raises Refused. Blocks: a native job."""
    file = path / "model.joblib" if path.is_dir() else path
    content = _read(file)
    if content is None:
        raise Refused("model_refused_missing", f"There is no model at {file.name}.", "Check MODEL_PATH.")
    loaded = open_model(content, trusted_sha256, _card_beside(file))
    return replace(loaded, card={**loaded.card, "sha256": sha256(content)})


def card_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row's card; what the row itself says wins."""
    card = row["card"] if isinstance(row["card"], Mapping) else json.loads(row["card"])
    return {**card, "id": row["id"], "sha256": row["sha256"], "status": row["status"]}


def _load(folder: Path, card: dict[str, Any], trusted: str, kept: bytes | None) -> LoadedModel:
    content = _read(folder / "model.joblib")
    if kept is not None and sha256(kept) == trusted and content != kept:
        content = kept
        _cache(folder, kept, card)
    if content is None:
        raise Refused("model_refused_missing", f"The file of {card['id']} is gone.", "Train it again.")
    return open_model(content, trusted, card)


def _cache(folder: Path, content: bytes, card: dict[str, Any]) -> None:
    """A disk that takes nothing costs the cache, not the model."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in (("model.joblib", content), ("model.json", _text(card))):
            new = folder / f".{name}.new"
            new.write_bytes(data)
            new.replace(folder / name)
    except OSError:
        return


def _text(card: Mapping[str, Any]) -> bytes:
    return (json.dumps(card, indent=2, allow_nan=False) + "\n").encode()


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _card_beside(file: Path) -> dict[str, Any]:
    """For people only: nothing in it is trusted."""
    try:
        card = json.loads((file.parent / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}
