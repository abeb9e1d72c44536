"""scripts/start.sh and stop.sh: in the background, once, healthy when they say so, gone when they say so."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.patience import PATIENCE
from tests.support.server import ROOT, free_port


class Machine:
    """One data folder and its settings; runs the scripts as a person would."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.port = folder, free_port()
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.env = kept | {"DATA_DIR": str(folder), "PORT": str(self.port)} | settings

    def run(self, script: str) -> tuple[int, str]:
        command = [str(ROOT / "scripts" / script)]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=3 * PATIENCE, check=False)
        return done.returncode, done.stdout + done.stderr

    def healthy(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=PATIENCE).ok
        except requests.RequestException:
            return False

    @property
    def pid(self) -> int:
        return int(json.loads((self.folder / "desk.pid").read_text())["pid"])


@pytest.fixture
def machine(tmp_path: Path, template_data_dir: Path) -> Iterator[Machine]:
    shutil.copytree(template_data_dir, tmp_path / "data")
    made = Machine(tmp_path / "data")
    yield made
    made.run("stop.sh")


def gone(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or ") Z " in state.read_text()


def test_a_desk_is_started_once_and_stopped_gently(machine: Machine) -> None:
    """Answering when start.sh returns, its login link shown; a second start is refused with 2 and changes nothing."""
    code, said = machine.run("start.sh")
    assert code == 0, said
    assert machine.healthy()
    assert f"http://127.0.0.1:{machine.port}/login/" in said
    pid = machine.pid
    code, said = machine.run("start.sh")
    assert (code, machine.pid) == (2, pid)
    assert "runs already" in said
    assert str(machine.port) in said
    code, said = machine.run("stop.sh")
    assert (code, "has stopped" in said) == (0, True), said
    assert gone(pid)
    code, said = machine.run("stop.sh")
    assert (code, "No Signal Desk" in said) == (0, True), said


def test_a_failed_start_shows_the_end_of_the_log(tmp_path: Path) -> None:
    """A database that can't be opened: 1, the server's own words, and no pid file that a stop would believe."""
    machine = Machine(tmp_path / "data")
    machine.folder.mkdir()
    (machine.folder / "desk.db").write_text("this is no database at all, however long one looks at it")
    code, said = machine.run("start.sh")
    assert code in (1, 2), said
    assert "did not start" in said
    assert "can't be opened" in said
    assert (machine.folder / "desk.pid").read_text() == ""


def test_a_recycled_pid_is_never_killed(tmp_path: Path) -> None:
    """A pid file whose number went to another process: that process lives on.

    Seen to fail with the start time left out of `running`.
    """
    machine = Machine(tmp_path / "data")
    machine.folder.mkdir()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (machine.folder / "desk.pid").write_text(json.dumps({"pid": stranger.pid, "started_at": "12345"}))
        code, said = machine.run("stop.sh")
        assert (code, "No Signal Desk" in said) == (0, True), said
        time.sleep(0.2)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_wrong_settings_are_told_before_anything_starts(tmp_path: Path) -> None:
    """2 and the line that names the setting."""
    code, said = Machine(tmp_path / "data", PORT="many").run("start.sh")
    assert (code, "PORT" in said) == (2, True), said
