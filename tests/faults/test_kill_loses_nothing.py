"""The server is killed again and again while alerts pour in, and nothing acknowledged is lost or doubled."""

import random
import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartServer
from tests.faults.outage import SETTINGS
from tests.faults.senders import Senders
from tests.support.follower import Follower
from tests.support.models import named
from tests.support.server import DeskServer

SHORT, LONG = (1_000, 10), (10_000, 100)


def kill_while_sending(server: DeskServer, senders: Senders, kills: int, rng: random.Random) -> None:
    for _ in range(kills):
        time.sleep(rng.uniform(0.05, 0.8))
        server.kill()
        server.start()


def assert_exactly_once(server: DeskServer, senders: Senders) -> None:
    facts = server.facts()
    assert [fact["seq"] for fact in facts] == list(range(1, len(facts) + 1))
    received = [fact["data"] for fact in facts if fact["type"] == "signal_received"]
    by_comment = Counter(comment(row) for row in received)
    assert {n for n, times in by_comment.items() if times > 1} == set()
    assert len(by_comment) == senders.total
    stored = {row["id"]: comment(row) for row in received}
    lost = {n for n, signal_id in senders.acknowledged.items() if stored.get(signal_id) != n}
    assert lost == set()
    for kind in ("ml_prediction_update", "signal_update"):
        times = Counter(fact["data"].get("signal_id", fact["data"].get("id")) for fact in facts if fact["type"] == kind)
        assert times == Counter(stored.keys()), f"a signal has none or more than one {kind}"


def comment(row: dict[str, Any]) -> int:
    return int(str(row["extra"]["comment"]).rsplit(" ", 1)[1])


def run(server: DeskServer, total: int, kills: int, seed: int) -> None:
    print(f"seed {seed}")
    follower = Follower(server.port)
    follower.wait_joined()
    began_at = follower.position
    senders = Senders(server, total, pause=0.01)
    try:
        kill_while_sending(server, senders, kills, random.Random(seed))
        senders.finish(240)
        server.wait_processed()
        head = server.get("/api/state")["seq"]
        follower.wait_for(head)
    finally:
        senders.give_up.set()
        follower.close()
    assert len(senders.acknowledged) == total
    assert_exactly_once(server, senders)
    follower.assert_lossless()
    assert began_at is not None
    assert follower.seqs[0] == began_at[1] + 1
    assert follower.seqs[-1] == head


@pytest.mark.timeout(600)
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_kill_loses_nothing(
    database: str, start_server: StartServer, template_data_dir: Path, request: pytest.FixtureRequest
) -> None:
    """1,000 alerts, 10 kills: nothing acknowledged is lost, each alert has one row and one verdict, a follower no gap.

    Seen to fail with answers sent 20 ms before their commit on SQLite and at once on Postgres (945 and 980 of the 1,000
    are stored: sent at once on SQLite, the write is quicker than the kill), and with the follower's cursor moved in a
    commit of its own (on both databases some signals have two predictions).
    """
    env: dict[str, str] = {}
    if database == "postgres":
        env = {"DATABASE_URL": request.getfixturevalue("postgres_url"), **named(template_data_dir)}
    server = start_server(**SETTINGS, **env)
    run(server, *SHORT, seed=random.randrange(1_000_000))
    if database == "sqlite":
        server.stop()
        with sqlite3.connect(server.data_dir / "desk.db") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
def test_kill_loses_nothing_long(start_server: StartServer) -> None:
    """10,000 alerts and 100 kills on SQLite."""
    run(start_server(**SETTINGS), *LONG, seed=random.randrange(1_000_000))
