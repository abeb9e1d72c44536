"""docs/broadcaster.md: each example runs as it stands, against a real desk."""

import os
import re
import subprocess
import sys

import pytest

from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, ROOT, DeskServer

TEXT = (ROOT / "docs" / "broadcaster.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
COMMAND = re.findall(r"^(python -m broadcaster .*)$", TEXT, re.MULTILINE)
# Where each example leaves its mark.
SAYS = ("BUY 100 AAPL", "Spread is wide", "spread of AAPL is wide", "3 candidates", "Took 2.1 R")


def environment(server: DeskServer) -> dict[str, str]:
    own = {"SIGNAL_DESK_URL": server.url, "SIGNAL_DESK_TOKEN": API_TOKEN}
    return {"PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]), **own}


@pytest.mark.parametrize("number", range(len(SAYS)))
def test_every_example_works_as_shown(number: int, desk: DeskServer) -> None:
    """It ends well, says nothing on stderr, and the desk has its event."""
    assert len(EXAMPLES) == len(SAYS)
    before = desk.get("/api/events", limit=1)["head"]
    done = subprocess.run(
        [sys.executable, "-c", EXAMPLES[number]],
        cwd=ROOT,
        env=environment(desk),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert SAYS[number] in [fact["message"] for fact in desk.facts(before)]


def test_the_command_works_as_shown(desk: DeskServer) -> None:
    """The shell line delivers; without a token it says what to do, with exit code 2."""
    (line,) = COMMAND
    done = subprocess.run(
        line, shell=True, cwd=ROOT, env=environment(desk), capture_output=True, text=True, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "BUY 100 AAPL" in [fact["message"] for fact in desk.facts(source="shell")]
    bare = environment(desk) | {"SIGNAL_DESK_TOKEN": ""}
    wrong = subprocess.run(line, shell=True, cwd=ROOT, env=bare, capture_output=True, text=True, timeout=PATIENCE)
    assert wrong.returncode == 2
    assert "python web_server.py token" in wrong.stderr
