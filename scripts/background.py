"""Starts and stops the desk in the background: one process a data folder, known by its pid and its start time.

python scripts/background.py start|stop       (as scripts/start.sh and scripts/stop.sh do)

Ends with 0 when it runs (or no longer runs), 1 when it failed, 2 when one runs already.
"""

import argparse
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import config  # noqa: E402 - found beside this script's folder
from web.folder import owner  # noqa: E402 - as above

PID_FILE, LOG_FILE = "desk.pid", "desk.log"
START_SECONDS = 60.0  # a slow machine, a database that is brought up to date
SPARE_SECONDS = 8.0  # beyond SHUTDOWN_SECONDS, which the server itself takes at most
LINES_SHOWN = 20


def started_at(pid: int) -> str | None:
    """What tells this process from a later one of the same number; None when there is none."""
    try:
        # After the name, which may hold anything, in brackets: the 20th field is the start in clock ticks since boot.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    except OSError:
        if Path("/proc/self/stat").exists():
            return None
    told = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip() or None


def running(folder: Path) -> int | None:
    """The pid of the desk that was started here and still runs; a number that went to another process is not it."""
    try:
        known = json.loads((folder / PID_FILE).read_text())
        pid, began = int(known["pid"]), str(known["started_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if started_at(pid) == began else None


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def start(folder: Path, patience: float) -> int:
    """Starts, waits until it answers, and says what the server says. `patience`: seconds that a stop may take."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / PID_FILE).open("a+") as pid_file:
        try:
            fcntl.flock(pid_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Another scripts/start.sh is starting Signal Desk just now.")
            return 2
        return start_alone(folder, pid_file, patience)


def start_alone(folder: Path, pid_file: TextIO, patience: float) -> int:
    if (pid := running(folder)) is not None:
        held = owner(folder)
        where = f" at {held['url']}" if held and held["pid"] == pid else ""
        say(f"Signal Desk runs already{where} (process {pid}). Stop it with scripts/stop.sh.")
        return 2
    log = folder / LOG_FILE
    with log.open("ab") as out:
        begins = out.tell()
        # A session of its own, so that closing the terminal or Ctrl-C does not reach it.
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "web_server.py")],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    pid_file.truncate(0)
    pid_file.write(json.dumps({"pid": process.pid, "started_at": started_at(process.pid)}))
    pid_file.flush()
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        held = owner(folder)
        if held is not None and held["pid"] == process.pid and answers(held["url"]):
            say(text_of(log, begins).strip())
            say(f"\nRuns in the background (process {process.pid}); its log is {log}. Stop it with scripts/stop.sh.")
            return 0
        time.sleep(0.1)
    code = process.poll()
    why = f"ended with {code}" if code is not None else f"did not answer within {START_SECONDS:g} s"
    say(f"Signal Desk did not start: it {why}. The end of {log}:\n")
    say("\n".join(text_of(log, begins).splitlines()[-LINES_SHOWN:]))
    if code is None:
        end(process.pid, patience)
    pid_file.truncate(0)
    return code if code == 2 else 1


def stop(folder: Path, patience: float) -> int:
    """Asks it to end, and ends it when it does not in time."""
    pid = running(folder)
    if pid is None:
        say(f"No Signal Desk that scripts/start.sh started runs on {folder}.")
        return 0
    if end(pid, patience):
        say(f"Signal Desk has stopped (process {pid}).")
        return 0
    say(f"Signal Desk did not stop within {patience:g} s and was killed (process {pid}); nothing stored is lost.")
    return 1


def end(pid: int, patience: float) -> bool:
    """SIGTERM, then SIGKILL; whether the first was enough."""
    began = started_at(pid)
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if started_at(pid) != began:
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False


def text_of(log: Path, begins: int) -> str:
    with log.open("rb") as file:
        file.seek(begins)
        return file.read().decode(errors="replace")


def say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    """0 done, 1 failed, 2 runs already or the settings are wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("start", "stop"))
    what = parser.parse_args().what
    try:
        settings = config.load()
    except config.BadSettings as error:
        say("\n".join(error.lines))
        return 2
    folder, patience = settings.data_dir.resolve(), settings.shutdown_seconds + SPARE_SECONDS
    return start(folder, patience) if what == "start" else stop(folder, patience)


if __name__ == "__main__":
    sys.exit(main())
