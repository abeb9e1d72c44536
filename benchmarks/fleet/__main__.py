"""The process of the clients: joins them all, tells when the last has a verdict, ends with its standard input."""

import argparse
import contextlib
import gc
import json
import resource
import selectors
import sys
import threading
import time
from collections import Counter
from typing import Any

from benchmarks.fleet.listener import Listener

JOIN_BATCH = 10  # connecting all at once would measure the server's listen queue


def tell(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--kind", choices=("socketio", "ws"), required=True)
    asked = parser.parse_args()
    token = sys.stdin.readline().strip()
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()

    had: Counter[str] = Counter()

    def on_verdict(signal: str) -> None:
        had[signal] += 1
        if had[signal] == asked.count:
            tell(signal=signal, at=time.monotonic_ns())
            had[signal] = asked.count

    selector = selectors.DefaultSelector()
    listeners: list[Listener] = []
    joined = False
    gc.freeze()
    while not ended.is_set():
        if len(listeners) < asked.count and all(one.joined for one in listeners):
            for _ in range(min(JOIN_BATCH, asked.count - len(listeners))):
                one = Listener(asked.port, token, asked.kind, on_verdict)
                listeners.append(one)
                selector.register(one.socket, selectors.EVENT_READ, one)
        for key, _ in selector.select(0.05):
            key.data.read()
            if key.data.dropped:
                with contextlib.suppress(KeyError):
                    selector.unregister(key.fileobj)
        if not joined and len(listeners) == asked.count and all(one.joined for one in listeners):
            joined = True
            had.clear()
            tell(joined=asked.count)
    used = resource.getrusage(resource.RUSAGE_SELF)
    tell(
        frames=sum(one.frames for one in listeners),
        incomplete=sum(0 < seen < asked.count for seen in had.values()),
        dropped=sum(one.dropped for one in listeners),
        cpu_s=round(used.ru_utime + used.ru_stime, 2),
    )


if __name__ == "__main__":
    main()
