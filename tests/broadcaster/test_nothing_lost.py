"""Whatever dies, each event stands in the journal once.

Seen to fail on builds broken on purpose: one that forgot what was in flight at a reconnection, and one that gave an
event a fresh id at each try.
"""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.broadcaster.conftest import Speak, numbers, until
from tests.support.cable import Cable
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, ROOT, DeskServer

pytestmark = [pytest.mark.socket, pytest.mark.usefixtures("engine")]
TOTAL = 1000
SCRIPT = """
import sys, time
from broadcaster import Broadcaster
speaker = Broadcaster(sys.argv[7], url=sys.argv[1], token=sys.argv[2], buffer_path=sys.argv[3])
for n in range(int(sys.argv[4]), int(sys.argv[5])):
    speaker.broadcast_event("order", f"event {n}", n=n)
    print(n, flush=True)
if sys.argv[6] == "die":
    time.sleep(600)
speaker.close(60)
"""


def script(url: str, source: str, file: Path, first: int, last: int, end: str = "close") -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", SCRIPT, url, API_TOKEN, str(file), str(first), str(last), end, source]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_the_server_is_killed_while_a_script_publishes(desk: DeskServer, source: str, speak: Speak) -> None:
    """kill -9 of the server, twice, amid 1,000 events: the journal holds each once, in order."""
    speaker = speak(desk.url)

    def publish() -> None:
        for n in range(TOTAL):
            speaker.broadcast_event("order", f"event {n}", n=n)
            time.sleep(0.001)

    script = threading.Thread(target=publish)
    script.start()
    for share in (0.2, 0.5):
        until(lambda share=share: speaker.stats.sent > TOTAL * share)
        desk.kill()
        desk.start()
    script.join()
    assert speaker.flush(PATIENCE), speaker.stats
    assert numbers(desk, source) == list(range(TOTAL))
    assert speaker.stats.connections >= 3


def test_a_killed_script_leaves_nothing_unsent(desk: DeskServer, source: str, tmp_path: Path) -> None:
    """A script killed before the desk was there: its next run sends what the disk kept, then its own, each once."""
    file = tmp_path / "unsent.log"
    desk.stop()
    with script(desk.url, source, file, 0, 300, "die") as first:
        assert first.stdout is not None
        while first.stdout.readline().strip() != "299":
            continue
        first.kill()
    desk.start()
    with script(desk.url, source, file, 300, 400) as second:
        second.communicate(timeout=2 * PATIENCE)
        assert second.returncode == 0
    assert numbers(desk, source) == list(range(400))
    assert file.read_bytes() == b""


def test_a_script_killed_while_it_sends_doubles_nothing(desk: DeskServer, source: str, tmp_path: Path) -> None:
    """Killed in the middle of sending, also between the desk's commit and its answer: the resend is known by its id."""
    file = tmp_path / "unsent.log"
    with script(desk.url, source, file, 0, TOTAL, "die") as first:
        assert first.stdout is not None
        said = -1
        while said < 600:
            said = int(first.stdout.readline())
        first.kill()
        said = max([said, *(int(line) for line in first.stdout.read().split())])
    with script(desk.url, source, file, TOTAL, TOTAL + 10) as second:
        second.communicate(timeout=2 * PATIENCE)
    found = numbers(desk, source)
    assert found == sorted(set(found))
    assert set(range(said + 1)) <= set(found)
    assert found[-1] == TOTAL + 9


def test_the_network_is_cut(desk: DeskServer, source: str, cable: Cable, speak: Speak) -> None:
    """Connections that drop, and one that swallows everything without a sign: each event once, in order."""
    speaker = speak(cable.url, answer_seconds=0.5)
    for n in range(300):
        speaker.broadcast_event("order", f"event {n}", n=n)
        if n in (100, 200):
            until(lambda: speaker.stats.sent > 50)
            cable.cut()
        if n in (120, 230):
            cable.mend()
        time.sleep(0.001)
    assert speaker.flush(PATIENCE), speaker.stats
    cable.holding = True
    for n in range(300, 320):
        speaker.broadcast_event("order", f"event {n}", n=n)
    until(lambda: not speaker.stats.connected)
    cable.mend()
    assert speaker.flush(PATIENCE), speaker.stats
    assert numbers(desk, source) == list(range(320))


def test_the_server_is_restarted_politely(desk: DeskServer, source: str, speak: Speak) -> None:
    """SIGTERM and a new start: the script notices nothing, and the events said meanwhile arrive."""
    speaker = speak(desk.url)
    speaker.broadcast_event("info", "before", n=0)
    assert speaker.flush(PATIENCE)
    desk.stop()
    speaker.broadcast_event("info", "meanwhile", n=1)
    assert not speaker.flush(0.1)
    desk.start()
    assert speaker.flush(PATIENCE), speaker.stats
    assert numbers(desk, source) == [0, 1]
