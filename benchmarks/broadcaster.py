"""What a report costs the script that makes it: microseconds on the caller's thread, while a real desk takes them.

python -m benchmarks.broadcaster [--check]     (with --check a missed floor ends with exit code 1)
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

from broadcaster import Broadcaster
from tests.support.server import API_TOKEN, DeskServer

EVENTS, EVERY_S = 2000, 0.001
MEDIAN_US = 50.0


def calls(speaker: Broadcaster, pause: float) -> list[float]:
    """Microseconds of each call."""
    took: list[float] = []
    for n in range(EVENTS):
        began = time.perf_counter()
        speaker.broadcast_event("order", "BUY 100 AAPL", "INFO", ticker="AAPL", quantity=100, price=271.4, n=n)
        took.append((time.perf_counter() - began) * 1e6)
        if pause:
            time.sleep(pause)
    return sorted(took)


def measure(what: str, url: str, pause: float, path: Path | None) -> bool:
    """Print one line; whether the median held."""
    speaker = Broadcaster(f"benchmark {what}", url=url, token=API_TOKEN, buffer_path=path)
    speaker.broadcast_event("info", "warm")
    speaker.flush(10)
    began = time.perf_counter()
    took = calls(speaker, pause)
    delivered = speaker.flush(30)
    seconds = time.perf_counter() - began
    median, p99 = statistics.median(took), took[int(len(took) * 0.99)]
    held = median <= MEDIAN_US and delivered
    rate = f"{EVENTS / seconds:,.0f} acknowledged a second" if delivered else "not all delivered"
    print(
        f"{what:<34}{median:>8.1f} µs median ≤ {MEDIAN_US:g}  {'ok' if held else 'MISSED'}{p99:>10.1f} µs p99   {rate}"
    )
    speaker.close()
    return held


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="exit 1 when a floor is missed")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with DeskServer(folder / "data") as server:
            held = [
                measure("in one burst", server.url, 0, None),
                measure("in one burst, buffered on disk", server.url, 0, folder / "burst.log"),
                measure("one a millisecond", server.url, EVERY_S, None),
                measure("one a millisecond, on disk", server.url, EVERY_S, folder / "steady.log"),
            ]
    return 1 if check and not all(held) else 0


if __name__ == "__main__":
    sys.exit(main())
