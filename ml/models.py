"""Looks at models from the command line: lists them, checks one against a trusted hash, shows its card.

python -m ml.models list [--data DIR]
python -m ml.models card ID [--data DIR]
python -m ml.models verify FOLDER_OR_FILE --sha256 HASH
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ml.bundle import check_hash, open_model, plain, sha256
from ml.compiled import from_plain
from ml.errors import Refused
from ml.features import NAMES

_AGREEMENT = 1e-9


def show(card: Mapping[str, Any]) -> str:
    """A card in a few lines, every rate with its interval and n."""
    figures = card.get("figures") or {}
    if "sha256" not in card:
        return f"{card.get('id')}  {card.get('status')}"
    lines = [f"{card.get('id')}  {card.get('status')}  {card.get('note') or ''}".rstrip()]
    lines.append(f"  sha256 {card.get('sha256')}  trained {card.get('trained_at')}")
    lines.append(
        f"  {card.get('n')} outcomes, {card.get('censored')} censored, base rate {card.get('base_rate', 0):.3f}; "
        f"judged on {figures.get('n')} out of sample"
    )
    for name in ("brier", "skill", "log_loss", "auc"):
        if name in figures:
            one = figures[name]
            lines.append(f"  {name:<9}{one['value']:.4f}  [{one['low']:.4f}, {one['high']:.4f}]")
    if "ece" in figures:
        one = figures["ece"]
        lines.append(
            f"  ece      {one['value']:.4f}  a perfect model: {one['null_mean']:.4f}, 95 % below {one['null_95']:.4f}"
        )
    return "\n".join(lines)


def verify(path: Path, trusted: str) -> str:
    """What was checked, in words. Raises Refused. Opens the estimator only after the hash held."""
    file = path / "model.joblib" if path.is_dir() else path
    if not file.is_file():
        raise Refused("model_refused_missing", f"There is no model at {path}.", "Give its folder or file.")
    content = file.read_bytes()
    check_hash(content, trusted)
    loaded = open_model(content, trusted, {})
    inside = plain(content)
    if inside is None:
        return f"{loaded.id}: hash, features and scikit-learn version hold; scored by scikit-learn itself."
    worst = _disagreement(inside)
    if worst > _AGREEMENT:
        raise Refused("model_refused_disagrees", f"Its two forms differ by {worst:.2e}.", "Train it again.")
    rows = len(inside["probes"])
    return (
        f"{loaded.id}: hash, features and scikit-learn version hold; both forms agree on {rows} rows (≤ {worst:.1e})."
    )


def _disagreement(inside: Mapping[str, Any]) -> float:
    """The largest difference between the estimator, the compiled form and what was written down when it was trained."""
    import numpy as np

    from ml.foreign import inner

    rows = np.array(inside["probes"], dtype=np.float64)
    told = [inner(inside).predict_proba(rows)[:, 1], np.array(inside["expected"])]
    if inside["compiled"] is not None:
        compiled = from_plain(inside["compiled"])
        ours = [compiled.predict(dict(zip(NAMES, row, strict=True))).probability for row in rows.tolist()]
        told.append(np.array(ours))
    return float(max(np.max(np.abs(one - told[0])) for one in told))


def cards(data: Path) -> list[dict[str, Any]]:
    """The cards under DIR/models, oldest first; `intact` says whether each file still has the hash of its card."""
    found = []
    for file in sorted((data / "models").glob("*/model.json")):
        try:
            card = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            card = None
        if not isinstance(card, dict):
            card = {"id": file.parent.name, "status": "its card can't be read"}
        model = file.parent / "model.joblib"
        card["intact"] = model.is_file() and sha256(model.read_bytes()) == card.get("sha256")
        found.append(card)
    return sorted(found, key=lambda card: str(card.get("trained_at")))


def main(arguments: list[str] | None = None) -> int:
    """0 when all is well, 1 when there is nothing to show, 2 when a model is refused."""
    parser = argparse.ArgumentParser(prog="python -m ml.models", description="Looks at models.")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="every model of a data folder")
    listing.add_argument("--data", type=Path, default=Path("data"), help="the server's DATA_DIR")
    single = commands.add_parser("card", help="one model's whole card")
    single.add_argument("id")
    single.add_argument("--data", type=Path, default=Path("data"), help="the server's DATA_DIR")
    check = commands.add_parser("verify", help="check a model against a trusted hash")
    check.add_argument("path", type=Path)
    check.add_argument("--sha256", required=True, help="the hash you trust, never one that lay beside the file")
    given = parser.parse_args(arguments)
    if given.command == "verify":
        try:
            sys.stdout.write(verify(given.path, given.sha256) + "\n")
        except Refused as refused:
            sys.stderr.write(f"{refused.code}: {refused.message} {refused.hint}\n")
            return 2
        return 0
    known = cards(given.data)
    if given.command == "card":
        known = [card for card in known if card.get("id") == given.id]
    if not known:
        what = f"No model {given.id}" if given.command == "card" else "No model"
        sys.stderr.write(f"{what} under {given.data / 'models'}: --data names the server's DATA_DIR.\n")
        return 1
    for card in known:
        changed = "" if card.pop("intact") else "\n  its file was changed or is gone"
        text = json.dumps(card, indent=2) if given.command == "card" else show(card) + changed
        sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
