"""Sends one event of each of the eight activity types, so that a new desk shows what its activity looks like.

SIGNAL_DESK_TOKEN=… python scripts/demo_events.py [--url URL]
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

try:
    from broadcaster import ACTIVITIES, Broadcaster
except ModuleNotFoundError as missing:
    sys.exit(f"{missing.name} is missing: `pip install ./broadcaster` brings it.")

# What each of them might say: its source, level, words and fields.
SAYINGS = {
    "scan": ("Market Scanner", "INFO", "Scanned 120 symbols, 3 candidates", {"symbols": 120, "candidates": 3}),
    "strategy": ("Momentum", "INFO", "Long bias on AAPL above 271", {"ticker": "AAPL", "bias": "long"}),
    "order": ("Order Router", "INFO", "BUY 100 AAPL", {"ticker": "AAPL", "side": "buy", "quantity": 100}),
    "profit": ("Profit Taker", "INFO", "Took +2.1 R on MES1!", {"ticker": "MES1!", "r": 2.1}),
    "rebalance": ("Rebalancer", "INFO", "Moved 4% from bonds to equities", {"from": "bonds", "to": "equities"}),
    "info": ("Scheduler", "DEBUG", "Next cycle in 15 minutes", {"minutes": 15}),
    "warning": ("Risk Watch", "WARNING", "Daily loss at 80% of its limit", {"share": 0.8}),
    "error": ("Data Feed", "ERROR", "No quotes for 30 s", {"seconds": 30}),
}


def main() -> int:
    """0 when the desk has all eight."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="the desk (SIGNAL_DESK_URL, else this machine)")
    url = parser.parse_args().url
    speakers = []
    for activity in ACTIVITIES:
        source, level, message, fields = SAYINGS[activity]
        speaker = Broadcaster(source, url=url)
        speaker.broadcast(activity, message, level, fields)
        speakers.append(speaker)
    delivered = [speaker.close() for speaker in speakers]
    sent = sum(speaker.stats.sent for speaker in speakers)
    print(f"{sent} of {len(ACTIVITIES)} events sent")
    return 0 if all(delivered) and sent == len(ACTIVITIES) else 1


if __name__ == "__main__":
    sys.exit(main())
