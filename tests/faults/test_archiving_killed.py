"""The server is killed again and again while it moves old facts out of the journal: each is in the one or the other."""

import random
import time
from pathlib import Path

import pytest

from events.archiving import read, verify
from tests.conftest import StartServer
from tests.faults.test_r5_restart import publish
from tests.support.settable_clock import SettableClock

SOURCE, DAYS, EACH = "archivist", 10, 2_500
SHORT = {
    "RETENTION_DAYS": "1",
    "RETENTION_CHECK_SECONDS": "0.2",
    "REPLAY_FACTS": "500",
    "RING_FACTS": "500",
}
DAY = 86_400.0


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_killed_while_archiving(start_server: StartServer, tmp_path: Path, engine: str) -> None:
    """Ten kills while days pass: archive and journal together hold each event once, in order, and every file is whole.

    Seen to fail with the facts deleted before their file is written.
    """
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    clock = SettableClock(tmp_path / "offset")
    server = start_server(ASYNC_MODE=engine, entry=clock.entry, **SHORT)
    archive = server.data_dir / "archive"
    for day in range(DAYS):
        for first in range(day * EACH, (day + 1) * EACH, 500):
            publish(server, [event(n) for n in range(first, first + 500)])
        clock.set((day + 1) * 3 * DAY)
        wait_for_another_file(archive)
        time.sleep(rng.uniform(0.0, 0.1))
        server.kill()
        server.start()
    server.wait_processed()
    moved = [fact["data"]["n"] for fact in read([archive]) if fact["source"] == SOURCE]
    here = [fact["data"]["n"] for fact in server.facts(types="event", source=SOURCE)]
    print(f"{len(moved)} archived in {verify([archive])} files, {len(here)} in the journal")
    assert sorted({*moved, *here}) == list(range(DAYS * EACH))
    assert moved == sorted(set(moved))
    assert here == sorted(set(here))
    assert len(moved) > DAYS * EACH / 2


def event(n: int) -> dict[str, object]:
    return {"id": f"archived-{n}", "type": "event", "source": SOURCE, "data": {"event_type": "info", "n": n}}


def wait_for_another_file(archive: Path, seconds: float = 30.0) -> None:
    """Until it has begun to move facts that were there."""
    before, deadline = names(archive), time.monotonic() + seconds
    while names(archive) <= before:
        assert time.monotonic() < deadline
        time.sleep(0.002)


def names(archive: Path) -> set[str]:
    return {path.name for path in archive.glob("*.gz")}
