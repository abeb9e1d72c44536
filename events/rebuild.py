"""`python -m events.rebuild`: makes the tables that facts feed again from the journal, and puts right what differs.

Safe at any time: a running server does it beside its traffic, else it is done in the data folder. A stop in the middle
leaves everything as it was.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Hands over to the roof, which alone knows the settings and which tables there are."""
    parser = argparse.ArgumentParser(prog="python -m events.rebuild", description=__doc__)
    parser.add_argument("--alone", action="store_true", help="no process of this desk runs: any number may differ")
    asked = parser.parse_args(arguments)
    roof = Path(__file__).parents[1] / "web_server.py"
    os.execv(sys.executable, [sys.executable, str(roof), "rebuild", *(["--alone"] if asked.alone else [])])  # noqa: S606 - our own file


if __name__ == "__main__":
    sys.exit(main())
