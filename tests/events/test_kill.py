"""`kill -9` at any instant: nothing acknowledged is lost, nothing is done twice."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from events.envelope import Fact
from events.journal import Entry, Journal, Unit
from tests.events.conftest import OpenJournal, fact

ROOT = Path(__file__).parents[2]
KILLS = 5


def killed_after(url: str, work: str, seconds: float) -> list[str]:
    """Start the child, let it work for `seconds`, kill it; the lines that it said whole."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.events.child", url, work], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    process.kill()
    said = process.stdout.read()
    process.stdout.close()
    process.wait(10)
    return said.split("\n")[:-1]


def test_what_was_acknowledged_survives(url: str, opened: OpenJournal) -> None:
    """Killed five times while eight tasks append: every acknowledged fact is there, numbers have no hole.

    Seen to fail with the callers woken before COMMIT.
    """
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        acknowledged |= set(killed_after(url, "append", rng.uniform(0.05, 0.4)))
    journal = opened(url)
    stored: list[tuple[int, str]] = []
    while facts := journal.after(len(stored), 5000):
        stored += [(one.seq or 0, one.id) for one in facts]
    assert len(acknowledged) > 100
    assert acknowledged <= {id for _, id in stored}
    assert [seq for seq, _ in stored] == list(range(1, len(stored) + 1))


def test_a_follower_does_each_thing_once(url: str, opened: OpenJournal) -> None:
    """Killed again and again while it follows: each event leads to one echo.

    Seen to fail with the cursor stored in a commit of its own.
    """
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    journal = opened(url)
    journal.append(Unit([Entry(fact()) for _ in range(2000)]), timeout=20.0)
    journal.close()
    kills = 0
    while True:
        killed_after(url, "follow", rng.uniform(0.02, 0.1))  # all of it takes a quick disk a quarter of a second
        kills += 1
        journal = opened(url)
        done = Counter(one.data["text"] for one in all_facts(journal) if one.type == "alert")
        journal.close()
        assert max(done.values(), default=1) == 1
        if len(done) == 2000:
            break
        assert kills < 60
    assert kills > 1, "it was killed before it was done"


def all_facts(journal: Journal) -> list[Fact]:
    found: list[Fact] = []
    while facts := journal.after(len(found), 5000):
        found += facts
    return found
