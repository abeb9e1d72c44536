"""The server is killed again and again while it archives: every fact is in the journal or in a file, and told once."""

import random
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from events import archiving
from tests.support.alerts import entry
from tests.support.rows import fill
from tests.support.server import DeskServer

SETTINGS = {"RETENTION_DAYS": "30", "RETENTION_CHECK_SECONDS": "0.2", "REPLAY_FACTS": "100", "RING_FACTS": "100"}


def kept(data: Path) -> list[int]:
    raw = sqlite3.connect(f"file:{data / 'desk.db'}?mode=ro", uri=True)
    found = [int(seq) for (seq,) in raw.execute("SELECT seq FROM journal ORDER BY seq")]
    raw.close()
    return found


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_kills_while_archiving_lose_nothing_and_double_nothing(tmp_path: Path, template_data_dir: Path) -> None:
    """100,000 old facts, 12 kills at random instants, alerts meanwhile: the archive and the journal are all there was.

    Seen to fail with a round that deleted before the file was there."""
    seed = time.time_ns()
    print("seed", seed)
    dice = random.Random(seed)
    data = tmp_path / "data"
    shutil.copytree(template_data_dir, data)
    first = kept(data)[0]
    fill(data, 100_000)
    answered = 0
    server = DeskServer(data, SETTINGS)
    for n in range(12):
        server.start()
        answered += server.post_alert(entry(n)).status_code == 200
        time.sleep(dice.uniform(0.0, 1.0))
        server.kill()
        archived = [fact["seq"] for fact in archiving.read([data / "archive"])] if (data / "archive").exists() else []
        rest = kept(data)
        print(f"kill {n}: {len(archived):,} archived, journal from {rest[0]:,}")
        assert archived == list(range(first, first + len(archived)))
        assert rest == list(range(rest[0], rest[-1] + 1))
        assert rest[0] <= first + len(archived)
    server.start()
    deadline = time.monotonic() + 120
    while kept(data)[0] < 90_000:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    server.wait_processed()
    assert server.stop() == 0
    assert answered == 12
    archived = [fact["seq"] for fact in archiving.read([data / "archive"])]
    rest = kept(data)
    assert archived[-1] + 1 >= rest[0]
    assert sorted({*archived, *rest}) == list(range(first, rest[-1] + 1))
    assert archiving.verify([data / "archive"]) == len(archiving.files([data / "archive"]))
