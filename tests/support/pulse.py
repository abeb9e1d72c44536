"""Feels a server's pulse from outside: how long its loop left somebody waiting although it had the processor."""

import http.client
import threading
import time
from pathlib import Path

from tests.support.patience import PATIENCE
from tests.support.server import DeskServer

EVERY_SECONDS = 0.02
# Of fifty: a machine may be slow, and stand still for most of the time that is looked at.
ALIVE_PER_SECOND = 5


class Pulse:
    """Asks `/healthz` all the time; use as a context manager. `worst_ms` is the longest stall in milliseconds.

    What the server and the asking thread spent in the queue for a processor is not counted: a busy machine is not a
    blocked loop. Where the system does not tell that (`/proc/…/schedstat`), everything counts.
    """

    def __init__(self, server: DeskServer) -> None:
        self._server = server
        self.worst_ms = 0.0
        self.asked = 0
        self.error: Exception | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        try:
            self._ask_again_and_again()
        except Exception as error:
            self.error = error

    def _ask_again_and_again(self) -> None:
        theirs = Path(f"/proc/{self._server.pid}/task/{self._server.pid}/schedstat")
        ours = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        line = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=PATIENCE)
        while not self._ended.is_set():
            queued = queue_seconds(theirs) + queue_seconds(ours)
            began = time.monotonic()
            line.request("GET", "/healthz")
            answer = line.getresponse()
            answer.read()
            took = time.monotonic() - began - (queue_seconds(theirs) + queue_seconds(ours) - queued)
            assert answer.status == 200
            self.worst_ms = max(self.worst_ms, took * 1000)
            self.asked += 1
            time.sleep(EVERY_SECONDS)
        line.close()

    def assert_alive(self, seconds: float) -> None:
        """In so many seconds it was answered again and again: a loop that waits for a database answers a few times."""
        if self.error is not None:
            raise self.error
        assert self.asked >= ALIVE_PER_SECOND * seconds, f"{self.asked} answers in {seconds:g} s"

    def assert_steady(self, most_ms: float = 100.0) -> None:
        """The loop was never away for longer."""
        assert self.worst_ms < most_ms, f"the loop stood still for {self.worst_ms:.0f} ms"


def queue_seconds(schedstat: Path) -> float:
    """How long a thread has waited for a processor so far."""
    try:
        return int(schedstat.read_text().split()[1]) / 1e9
    except OSError:
        return 0.0
