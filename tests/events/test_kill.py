"""`kill -9` at any instant: nothing acknowledged is lost, nothing is done twice."""

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from events.envelope import Fact
from events.journal import Entry, Journal, Unit
from tests.events.conftest import OpenJournal, fact
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
KILLS = 5


def killed_after(url: str, work: str, times: int, seconds: float) -> list[str]:
    """The child's life until it is killed, `seconds` after it worked so often; the lines that it said whole."""
    command = [sys.executable, "-m", "tests.events.child", url, work, str(times), str(seconds)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=False)
    assert done.returncode in (-signal.SIGKILL, 0)
    return done.stdout.split("\n")[:-1]


def test_what_was_acknowledged_survives(url: str, opened: OpenJournal) -> None:
    """Killed five times while eight tasks append: every acknowledged fact is there, numbers have no hole.

    Seen to fail with the callers woken before COMMIT.
    """
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        acknowledged |= set(killed_after(url, "append", rng.randint(20, 80), rng.uniform(0, 0.01)))
    journal = opened(url)
    stored: list[tuple[int, str]] = []
    while facts := journal.after(len(stored), 500):
        stored += [(one.seq or 0, one.id) for one in facts]
    assert len(acknowledged) >= 20 * KILLS
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
    journal.append(Unit([Entry(fact()) for _ in range(2000)]), timeout=PATIENCE)
    journal.close()
    kills = 0
    while True:
        killed_after(url, "follow", rng.randint(1, 60), rng.uniform(0, 0.005))  # of 250 batches
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
    while facts := journal.after(len(found), 500):
        found += facts
    return found
