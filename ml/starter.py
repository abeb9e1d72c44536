"""Trains the starter model in a child process, so that a first user sees probabilities, marked as not for trading.

    python -m ml.starter --out DIR

Its markets are simulated from fixed seeds with a weak trend in them, so its figures say nothing about any real market.
Prints one line of JSON: `{"id", "sha256"}`.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ml.training import Trained

NOTE = "starter: not for trading"
_COUNT = 9000  # bars a market
_MEMORY = 0.04


def build() -> "Trained":
    """The starter: eight simulated markets, each with its own stop and target, so that it knows of both."""
    from ml.bars import simulate
    from ml.dataset import from_bars, joined
    from ml.entries import Rule
    from ml.training import train

    rules = [Rule(stop_atr=stop, reward=reward) for stop in (1.5, 2.5) for reward in (1.0, 1.5, 2.0, 3.0)]
    markets = [simulate(seed, _COUNT, memory=_MEMORY) for seed in range(1, len(rules) + 1)]
    data = joined([from_bars(bars, rule) for bars, rule in zip(markets, rules, strict=True)])
    return train(
        data,
        kind="starter",
        rule={"rules": [rule.plain() for rule in rules]},
        origin={"kind": "simulated bars", "seeds": [1, len(rules)], "bars": _COUNT, "memory": _MEMORY},
        note=NOTE,
    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ml.starter", description="Trains the starter model.")
    parser.add_argument("--out", type=Path, required=True, help="folder for model.joblib and model.json")
    out = parser.parse_args(arguments).out
    os.nice(10)
    from ml.training import write

    trained = build()
    write(trained, out)
    sys.stdout.write(json.dumps({"id": trained.card["id"], "sha256": trained.card["sha256"]}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
