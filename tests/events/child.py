"""A small process to be killed: appends and says what was acknowledged, or follows. Run by the kill tests."""

import sys

import runtime

runtime.patch("eventlet")

from collections.abc import Sequence  # noqa: E402

from events.envelope import Fact  # noqa: E402
from events.follower import Follower  # noqa: E402
from events.journal import Entry, Journal, Unit, open_journal  # noqa: E402


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def append(journal: Journal) -> None:
    while True:
        fact = Fact("event", {"event_type": "info", "text": "x" * 200}, "hello", "child")
        journal.append(Unit([Entry(fact)]))
        say(fact.id)


def echo(facts: Sequence[Fact]) -> list[list[Entry]]:
    made = [Fact("alert", {"text": str(one.seq)}, "echo", "child") for one in facts]
    return [[Entry(new)] if one.type == "event" else [] for one, new in zip(facts, made, strict=True)]


def main(url: str, work: str) -> None:
    engine = runtime.make("eventlet")
    journal = open_journal(url, engine)
    say("ready")
    if work == "append":
        for _ in range(8):
            engine.spawn(append, journal)
    else:
        Follower(journal, "pipeline", echo, engine, batch=8).start()
    while True:
        engine.sleep(1.0)


if __name__ == "__main__":
    main(*sys.argv[1:])
