"""Runs a desk with a simulated market until Ctrl-C: nothing in it is real, and every page says DEMO.

python -m scripts.demo [--port 5001] [--folder data-demo] [--bar-seconds 2] [--seed N] [--seconds S]
"""

import argparse
import random
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from scripts.demo.desk import CannotStart, Desk
from scripts.demo.show import Show, sources


class Ended(Exception):
    """Somebody wants the demo to end."""


def main() -> int:
    """0 when it was ended, 1 when the server can't start or ended by itself."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=5001, help="where the demo's desk listens")
    parser.add_argument("--folder", type=Path, default=Path("data-demo"), help="its own data folder")
    parser.add_argument("--bar-seconds", type=float, default=2.0, help="how long a bar of the simulated market lasts")
    parser.add_argument("--seed", type=int, default=None, help="the same seed gives the same prices")
    parser.add_argument("--seconds", type=float, default=None, help="end by itself after this time")
    asked = parser.parse_args()
    seed = random.randrange(1 << 31) if asked.seed is None else asked.seed
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ended)
    desk = Desk(asked.folder.resolve(), asked.port)
    show: Show | None = None
    try:
        desk.start()
        desk.prepare(sources(asked.bar_seconds))
        show = Show(desk, seed)
        print(f"DEMO: a simulated market on {desk.url} (seed {seed}); Ctrl-C ends it", flush=True)
        play(desk, show, asked.bar_seconds, asked.seconds)
    except CannotStart as error:
        print(f"The demo can't start: {error}.", file=sys.stderr)
        return 1
    except Ended:
        print("\nThe demo ends.", flush=True)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the way out is short, and stops the server in order
        if show is not None:
            show.close()
        ran = desk.runs
        desk.stop()
    if not ran:
        print("The demo's server ended by itself; its own words stand above.", file=sys.stderr)
    return 0 if ran else 1


def play(desk: Desk, show: Show, bar_seconds: float, seconds: float | None) -> None:
    """A bar every `bar_seconds`, until somebody ends it, the time is over or the server is gone."""
    began = time.monotonic()
    due = began
    while desk.runs and (seconds is None or time.monotonic() - began < seconds):
        show.bar()
        due = max(due + bar_seconds, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


def ended(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise Ended


if __name__ == "__main__":
    sys.exit(main())
