"""`kill -9` in the middle of the pipeline: every signal is decided exactly once."""

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.signals.desk import Desk, codes, database, entry
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
ALERTS = 150
KILLS, ALL_BATCHES = 4, 1_000  # of eight facts each: 150 alerts take about 110


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


def work_until_killed(url: str, batches: int, seconds: float) -> int:
    """The pipeline's process until it is killed, `seconds` after it began so many batches; its exit code."""
    command = [sys.executable, "-m", "tests.signals.child", url, str(batches), str(seconds)]
    return subprocess.run(command, cwd=ROOT, timeout=PATIENCE, check=False).returncode


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
    for _ in range(KILLS):
        assert work_until_killed(url, rng.randint(1, 10), rng.uniform(0, 0.05)) == -signal.SIGKILL
    assert work_until_killed(url, ALL_BATCHES, 0) == 0
    assert_exactly_once(url, ids)
