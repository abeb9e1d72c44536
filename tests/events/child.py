"""A small process that is killed in the middle of its work: appends and says what was acknowledged, or follows.

Run by the kill tests: `python -m tests.events.child DATABASE_URL append|follow TIMES SECONDS`. It kills itself, so many
seconds after it has worked so often: somebody else's signal would come when it is done, or before it has begun, where
the machine stands still at the wrong moment.
"""

import sys

import runtime

runtime.patch("eventlet")

import os  # noqa: E402
import signal  # noqa: E402
from collections.abc import Sequence  # noqa: E402

from events.envelope import Fact  # noqa: E402
from events.errors import NotStored  # noqa: E402
from events.follower import Follower  # noqa: E402
from events.journal import Entry, Journal, Unit, open_journal  # noqa: E402

engine = runtime.make("eventlet")


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Life:
    """`worked` is to be called each time; it ends as it was told."""

    def __init__(self, times: int, seconds: float) -> None:
        self._left, self._seconds = times, seconds

    def worked(self) -> None:
        self._left -= 1
        if self._left == 0:
            engine.spawn(self._end)

    def _end(self) -> None:
        engine.sleep(self._seconds)
        os.kill(os.getpid(), signal.SIGKILL)


def append(journal: Journal, life: Life) -> None:
    while True:
        fact = Fact("event", {"event_type": "info", "text": "x" * 200}, "hello", "child")
        try:
            journal.append(Unit([Entry(fact)]))
        except NotStored:
            engine.sleep(0.05)  # a slow disk: nobody was told that it is there
        else:
            say(fact.id)
            life.worked()


def main(url: str, work: str, times: str, seconds: str) -> None:
    life = Life(int(times), float(seconds))
    journal = open_journal(url, engine)
    if work == "append":
        for _ in range(8):
            engine.spawn(append, journal, life)
        while True:
            engine.sleep(1.0)

    def echo(facts: Sequence[Fact]) -> list[list[Entry]]:
        life.worked()
        made = [Fact("alert", {"text": str(one.seq)}, "echo", "child") for one in facts]
        return [[Entry(new)] if one.type == "event" else [] for one, new in zip(facts, made, strict=True)]

    follower = Follower(journal, "pipeline", echo, engine, batch=8)
    follower.start()
    while follower.lag or not follower.seq:
        engine.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
