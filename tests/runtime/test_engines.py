"""What every engine promises, each in a process of its own, because patching can't be undone."""

import subprocess
import sys
from pathlib import Path

import pytest

import runtime
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
ENGINES = ["eventlet", "gevent", "threads"]


def python(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args], cwd=ROOT, capture_output=True, text=True, timeout=2 * PATIENCE, check=False
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("task", ["blocking", "lanes", "waiters", "load"])
def test_engines_keep_their_promises(engine: str, task: str) -> None:
    """Native jobs never hold up the loop, lanes never each other, wake-ups are never lost (see child.py)."""
    done = python("-m", "tests.runtime.child", engine, task)
    assert done.stdout.strip() == "ok", done.stdout + done.stderr
    assert done.stderr == "", "something was printed: a banner or a traceback"


@pytest.mark.parametrize("engine", ["eventlet", "gevent"])
def test_a_slow_name_server_holds_up_nobody_else(engine: str) -> None:
    """Names are resolved in native threads under both engines. Seen to fail with eventlet's own `getaddrinfo`."""
    done = python("-m", "tests.runtime.child", engine, "names")
    assert (done.stdout.strip(), done.stderr) == ("ok", "")


@pytest.mark.parametrize("engine", ["eventlet", "gevent"])
def test_a_forgotten_patch_is_said(engine: str) -> None:
    """Started without patching, the server says what still blocks instead of hanging one day."""
    done = python("-c", f"import runtime; runtime.assert_patched({engine!r})")
    assert "RuntimeError" in done.stderr
    assert "socket.socket" in done.stderr


@pytest.mark.parametrize("engine", ["eventlet", "gevent"])
def test_a_task_that_fails_is_logged_and_nothing_else_ends(engine: str) -> None:
    """The error appears once with its traceback; the loop goes on."""
    code = (
        f"import runtime; runtime.patch({engine!r}); engine = runtime.make({engine!r})\n"
        "def fall(): raise KeyError('lost')\n"
        "engine.spawn(fall); engine.sleep(0.05); print('still here')"
    )
    done = python("-c", code)
    assert done.stdout == "still here\n"
    assert done.stderr.count("KeyError: 'lost'") == 1


def test_an_unknown_engine_is_refused() -> None:
    """By its name, with the names that exist."""
    for call in (runtime.make, runtime.patch):
        with pytest.raises(ValueError, match="eventlet, gevent, threads"):
            call("twisted")  # type: ignore[arg-type]
