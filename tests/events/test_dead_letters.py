"""What could not be handled is kept, and is handled once when it is tried again after the cause is mended."""

import time
from collections.abc import Iterator, Sequence

import pytest

from events import dead_letters, follower
from events.envelope import Fact
from events.follower import Follower
from events.journal import Entry, Journal
from runtime import Runtime
from tests.events.conftest import fact, unit
from tests.support.patience import PATIENCE


class Handler:
    """Refuses everything until it is mended; then an alert for each event."""

    def __init__(self) -> None:
        self.broken = True

    def __call__(self, facts: Sequence[Fact]) -> list[list[Entry]]:
        if self.broken and any(one.type == "event" for one in facts):
            raise ValueError("not yet")
        return [
            [Entry(fact("done", type="alert", data={"text": str(one.seq)}))] if one.type == "event" else []
            for one in facts
        ]


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def following(
    journal: Journal, threads: Runtime, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Follower]:
    monkeypatch.setattr(follower, "LETTER_SECONDS", 0.02)
    monkeypatch.setattr(follower, "LOOK_SECONDS", 0.05)
    made = Follower(journal, "pipeline", handler, threads, retry_base=0.01, max_attempts=2)
    made.start()
    yield made
    made.stop(PATIENCE)


def letter(journal: Journal, state: str, attempts: int) -> dict[str, object]:
    """The one letter, once it is in this state after so many attempts."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = dead_letters.newest(journal)
        if found and (found[0]["state"], found[0]["attempts"]) == (state, attempts):
            return found[0]
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def test_a_mended_cause_lets_a_letter_be_handled_once(journal: Journal, following: Follower, handler: Handler) -> None:
    """What the fact brings is stored with the letter's end, and the follower's place does not go back."""
    journal.append(unit(fact("poison")))
    kept = letter(journal, "waiting", 2)
    handler.broken = False
    dead_letters.ask(journal, str(kept["id"]))
    letter(journal, "handled", 2)
    journal.append(unit(fact("behind")))
    deadline = time.monotonic() + PATIENCE
    while following.lag:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    told = [one.data["text"] for one in journal.after(0) if one.type == "alert"]
    assert told == ["1", "4"], "seq 2 is the error that told of the letter, 3 the first alert"


def test_a_letter_that_fails_again_waits_again(journal: Journal, following: Follower) -> None:
    """It may be asked for as often as one likes; nothing is stored meanwhile."""
    journal.append(unit(fact("poison")))
    kept = letter(journal, "waiting", 2)
    dead_letters.ask(journal, str(kept["id"]))
    again = letter(journal, "waiting", 3)
    assert again["error"] == "ValueError: not yet"
    assert [one.type for one in journal.after(0)] == ["event", "error"]
