"""How long the parser takes: bodies of every convention, and 64 KiB made to hurt. Needs nothing running."""

import contextlib
import time
from datetime import UTC, datetime
from statistics import median

from signals.alert import SourceRules, Unusable, parse
from tests.signals.alert.test_fuzz import ADVERSARIES, BODIES

RECEIVED = datetime(2026, 3, 4, 14, 35, 2, tzinfo=UTC)
REPEATS = 7


def milliseconds(body: bytes) -> float:
    """The median of several readings."""

    def once() -> float:
        began = time.perf_counter()
        with contextlib.suppress(Unusable):
            parse(body, content_type=None, query={}, received_at=RECEIVED, source=SourceRules())
        return (time.perf_counter() - began) * 1000

    return median(once() for _ in range(REPEATS))


def main() -> None:
    normal = sorted(milliseconds(body.encode()) for body in BODIES)
    print(f"{len(normal)} bodies of every convention: median {median(normal):.2f} ms, slowest {normal[-1]:.2f} ms")
    hurt = {name: milliseconds(text.encode()[:65536]) for name, text in ADVERSARIES.items()}
    for name, took in sorted(hurt.items(), key=lambda item: -item[1])[:5]:
        print(f"64 KiB of {name}: {took:.1f} ms")


if __name__ == "__main__":
    main()
