"""`kill -9` in the middle of the pipeline: every signal is decided exactly once."""

import contextlib
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.signals.desk import Desk, codes, database, entry

ROOT = Path(__file__).parents[2]
ALERTS = 150


def fill(url: str) -> list[str]:
    """Entries with an update and an exit each, stored and not yet handled; their ids."""
    desk = Desk(url)
    ids = []
    for n in range(ALERTS):
        ids.append(desk.send(entry(signal_id=f"t{n}")))
        desk.send({"type": "MFE_UPDATE", "signal_id": f"t{n}", "mfe_R": 1.0, "symbol": "MNQ1!"})
        desk.send({"type": "EXIT", "signal_id": f"t{n}", "exit_price": 21630.25, "symbol": "MNQ1!"})
    desk.journal.close(5.0)
    return ids


def work_until_killed(url: str, seconds: float) -> bool:
    """Runs the pipeline's process for a moment after its first word; True when it finished by itself."""
    process = subprocess.Popen([sys.executable, "-m", "tests.signals.child", url], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"working\n"
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.kill()
    said = process.stdout.read()
    process.wait(10)
    process.stdout.close()
    return b"done" in said


def assert_exactly_once(url: str, ids: list[str]) -> None:
    desk = Desk(url)
    facts = desk.facts()
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    scored = Counter(fact.data["signal_id"] for fact in facts if fact.type == "ml_prediction_update")
    assert scored == Counter(ids)
    updates = Counter(fact.data["id"] for fact in facts if fact.type == "signal_update")
    assert {updates[id] for id in ids} == {3}, "its verdict, its update, its exit"
    assert sum(updates.values()) == 5 * ALERTS
    for id in ids:
        signal = desk.signal(id)
        assert (signal["status"], signal["mfe_r"], signal["outcome_r"]) == ("closed", 1.0, 2.0)
        assert codes(signal).count("exit_received") == 1
    desk.journal.close(5.0)


@pytest.mark.parametrize("database_kind", ["sqlite", "postgres"])
def test_every_signal_is_decided_exactly_once(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Killed again and again at random instants, the pipeline loses nothing and repeats nothing.

    Seen to fail with the cursor moved in a commit of its own: signals have two verdicts.
    """
    url = database(tmp_path) if database_kind == "sqlite" else request.getfixturevalue("postgres_url")
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    ids = fill(url)
    kills = 0
    while not work_until_killed(url, rng.uniform(0.02, 0.25) if kills < 6 else 20.0):
        kills += 1
        assert kills < 10
    assert kills > 2
    assert_exactly_once(url, ids)
