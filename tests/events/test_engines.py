"""The journal under the engines that serve: each in a process of its own, because patching can't be undone."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]


def run(engine: str, task: str, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.events.engines", engine, task, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=3 * PATIENCE,
        check=False,
    )
    assert done.stdout.strip().endswith("ok"), done.stdout + done.stderr


@pytest.mark.socket
def test_a_locked_database_never_stalls_the_loop(engine: str, sqlite_url: str) -> None:
    """Locked for 3 s: refusals while it lasts, the loop goes on, and what comes afterwards is stored.

    How long refusals and the way back take, and that the loop is never late by 100 ms, the long form tells. Seen to
    fail with the commit run on the loop instead of in a native thread.
    """
    run(engine, "locked", sqlite_url)


@pytest.mark.socket
def test_native_jobs_make_no_log_record_and_no_metric(engine: str, url: str) -> None:
    """Locks of logging and of metrics are green: used from a native thread they freeze both for good."""
    run(engine, "quiet", url)


@pytest.mark.socket
def test_many_callers_share_commits(engine: str, url: str) -> None:
    """Fifty callers, twenty appends each: one fsync serves many of them."""
    run(engine, "many", url)


@pytest.mark.socket
def test_other_processes_are_told_of_a_commit_first(engine: str, sqlite_url: str) -> None:
    """They read it while a broadcast to this one's own clients goes on, not when that is over.

    Seen to fail without the turn that the sending task is given.
    """
    run(engine, "first", sqlite_url)


@pytest.mark.socket
@pytest.mark.postgres
def test_a_commit_on_postgres_is_told_by_its_own_end(engine: str, postgres_url: str) -> None:
    """Others read it even while this process's loop stands still.

    Seen to fail with the telling left to a task of the loop.
    """
    run(engine, "alone", postgres_url)
