"""The pipeline in a process of its own, which is killed: `python -m tests.signals.child DATABASE_URL BATCHES SECONDS`.

It kills itself, so many seconds after it began so many batches: somebody else's signal would come when it is done, or
before it has begun, where the machine stands still at the wrong moment.
"""

import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence

from events.envelope import Fact
from events.follower import Follower
from events.journal import Entry, open_journal
from runtime import make
from signals.pipeline import NAME, Pipeline
from signals.rules import SizingRules
from tests.signals.desk import Model


def main(url: str, batches: int, seconds: float) -> None:
    runtime = make("threads")
    journal = open_journal(url, runtime)
    model = Model()
    model.seconds = 0.005
    pipeline = Pipeline(journal, model, SizingRules())  # type: ignore[arg-type]
    begun = itertools.count(1)

    def handle(facts: Sequence[Fact]) -> Sequence[Sequence[Entry]]:
        if next(begun) == batches:
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return pipeline.handle(facts)

    follower = Follower(journal, NAME, handle, runtime, batch=8)
    follower.start()
    while follower.seq < journal.head:
        time.sleep(0.01)
    follower.stop(30.0)
    journal.close(30.0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
