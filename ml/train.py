"""Trains a challenger from bars with the code that trained the starter; it is written down, never promoted by itself.

python -m ml.train --bars FILE.csv.gz [--bars FILE …] --out DIR
"""

import argparse
import sys
from pathlib import Path

from ml.bars import read_csv
from ml.dataset import from_bars, joined
from ml.entries import Rule
from ml.errors import TrainingError
from ml.models import show


def main(arguments: list[str] | None = None) -> int:
    """0 when a model was written, 2 when the bars do not carry one."""
    usual = Rule()
    parser = argparse.ArgumentParser(prog="python -m ml.train", description="Trains a challenger from bars.")
    parser.add_argument(
        "--bars", type=Path, action="append", required=True, help="TradingView chart export, or .csv.gz"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for model.joblib and model.json")
    parser.add_argument("--stop-atr", type=float, default=usual.stop_atr, help="the stop in average true ranges")
    parser.add_argument("--reward", type=float, default=usual.reward, help="the target in multiples of the stop")
    parser.add_argument("--limit", type=int, default=usual.limit, help="the time limit in bars")
    given = parser.parse_args(arguments)
    rule = Rule(stop_atr=given.stop_atr, reward=given.reward, limit=given.limit)
    if min(rule.stop_atr, rule.reward, rule.limit) <= 0:
        parser.error("--stop-atr, --reward and --limit must be positive")
    try:
        data = joined([from_bars(read_csv(path), rule) for path in given.bars])
        # scikit-learn takes a second or two to load: a mistyped name is told before.
        from ml.training import train, write

        origin = {"kind": "bars", "files": [path.name for path in given.bars], "entries": "crossing of averages"}
        trained = train(data, kind="challenger", rule=rule.plain(), origin=origin, note="challenger: not promoted")
    except TrainingError as error:
        sys.stderr.write(f"{error.message} {error.hint}\n")
        return 2
    try:
        write(trained, given.out)
    except OSError as error:
        sys.stderr.write(f"{given.out} can't be written ({error.strerror}): name another folder with --out.\n")
        return 2
    sys.stdout.write(show(trained.card) + f"\nWritten to {given.out}. To serve it: MODEL_PATH={given.out}\n")
    sys.stdout.write(f"MODEL_SHA256={trained.card['sha256']}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
