"""The pipeline in a process of its own, so that a test can kill it: `python -m tests.signals.child DATABASE_URL`."""

import sys
import time

from events.follower import Follower
from events.journal import open_journal
from runtime import make
from signals.pipeline import NAME, Pipeline
from signals.rules import SizingRules
from tests.signals.desk import Model


def main(url: str) -> None:
    runtime = make("threads")
    journal = open_journal(url, runtime)
    model = Model()
    model.seconds = 0.005
    pipeline = Pipeline(journal, model, SizingRules())  # type: ignore[arg-type]
    follower = Follower(journal, NAME, pipeline.handle, runtime, batch=8)
    follower.start()
    print("working", flush=True)
    while follower.seq < journal.head:
        time.sleep(0.01)
    follower.stop(5.0)
    journal.close(5.0)
    print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
