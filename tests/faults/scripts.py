"""A trading script under fire: says numbered events at a steady rate, and knows what the journal must then hold."""

import threading
import time
from pathlib import Path

from broadcaster import Broadcaster
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer

SOURCE = "script under fire"


class Script:
    """Says events until `stop`, `per_second` of them, through whatever stands at `url`. Use as a context manager."""

    def __init__(self, url: str, per_second: float, *, buffer_path: Path | None = None) -> None:
        self.said = 0
        self._per_second = per_second
        self._stopping = threading.Event()
        self._speaker = Broadcaster(SOURCE, url=url, token=API_TOKEN, answer_seconds=1.0, buffer_path=buffer_path)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        began = time.monotonic()
        while not self._stopping.wait(max(0.0, began + self.said / self._per_second - time.monotonic())):
            self._speaker.broadcast_event("order", f"event {self.said}", n=self.said)
            self.said += 1

    def __enter__(self) -> "Script":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(PATIENCE)
        self._speaker.close(0)

    def stop(self, seconds: float = PATIENCE) -> None:
        """Until each is confirmed."""
        self._stopping.set()
        self._thread.join(PATIENCE)
        assert self._speaker.flush(seconds), self._speaker.stats

    def assert_once_each(self, server: DeskServer) -> None:
        """The journal holds each event once, in the order in which it was said."""
        found = [fact["data"]["n"] for fact in server.facts(types="event", source=SOURCE)]
        assert found == list(range(self.said))
