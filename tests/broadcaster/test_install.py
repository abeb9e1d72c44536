"""The library installs on its own: a fresh environment needs nothing of the server."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tests.support.patience import PATIENCE
from tests.support.server import ROOT

PROBE = """
import sys
import broadcaster
from broadcaster.__main__ import main
assert "site-packages" in broadcaster.__file__, broadcaster.__file__
for name in ("flask", "pydantic", "orjson", "sqlalchemy", "web", "events", "runtime"):
    try:
        __import__(name)
    except ModuleNotFoundError:
        continue
    raise SystemExit(f"{name} is there")
speaker = broadcaster.get_broadcaster("installed", url="http://127.0.0.1:9", token="a-token")
speaker.broadcast_event("info", "hello")
assert speaker.stats.waiting == 1
speaker.close(0)
"""


def test_it_installs_and_runs_without_the_server(tmp_path: Path) -> None:
    """`pip install` of the folder into a throw-away environment, with its one dependency and nothing else."""
    source = tmp_path / "broadcaster"  # a copy: building leaves files behind
    shutil.copytree(ROOT / "broadcaster", source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    wheels, home = tmp_path / "wheels", tmp_path / "venv"
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps"]
    # Built with this environment's setuptools where it has one (before Python 3.13), so that no network is needed.
    here = ["--no-build-isolation"] if importlib.util.find_spec("setuptools") else []
    pip = [sys.executable, "-m", "pip"]
    subprocess.run([*pip, "wheel", *quiet, *here, "--wheel-dir", wheels, source], check=True, timeout=2 * PATIENCE)
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    (wheel,) = wheels.glob("signal_desk_broadcaster-*.whl")
    subprocess.run([*pip, "--python", python, "install", *quiet, "--no-index", wheel], check=True, timeout=2 * PATIENCE)
    (packages,) = home.glob("lib/python*/site-packages")
    dependency = Path(str(importlib.metadata.distribution("websocket-client").locate_file("websocket")))
    shutil.copytree(dependency, packages / "websocket")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [python, "-c", PROBE], cwd=wheels, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    assert (packages / "broadcaster" / "py.typed").exists()
    told = subprocess.run([home / "bin" / "broadcaster", "--help"], capture_output=True, text=True, timeout=PATIENCE)
    assert "Tell a Signal Desk" in told.stdout


def test_its_one_dependency_is_named_with_a_range() -> None:
    """websocket-client, from a version to the next major, and the version that tests run with lies between."""
    text = (ROOT / "broadcaster" / "pyproject.toml").read_text()
    assert 'dependencies = ["websocket-client>=1.8,<2"]' in text
    major, minor = importlib.metadata.version("websocket-client").split(".")[:2]
    assert (int(major), int(minor)) >= (1, 8)
    assert int(major) < 2
