"""TradingView under fire: posts unique alerts, resends what was not answered, and remembers what was acknowledged."""

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.support import alerts
from tests.support.patience import PATIENCE
from tests.support.server import DeskServer


class Senders:
    """Several senders share one counter; `acknowledged` maps an alert's number to the id that a 2xx gave it.

    With `per_second` the alerts leave at that steady rate, whatever the answers do while a sender is free.
    """

    def __init__(
        self, server: DeskServer, total: int, threads: int = 4, pause: float = 0.0, per_second: float | None = None
    ) -> None:
        self.server, self.total, self.pause, self.per_second = server, total, pause, per_second
        self._began = time.monotonic()
        self.acknowledged: dict[int, str] = {}
        self.acknowledged_at: list[float] = []  # monotonic seconds, as below
        self.refused_at: list[float] = []
        self.refusals: list[float] = []  # how long each 503 took, in seconds
        self.latencies: list[float] = []
        self.give_up = threading.Event()
        self._numbers = itertools.count()
        self._pool = ThreadPoolExecutor(threads)
        self._running = [self._pool.submit(self._send_all) for _ in range(threads)]

    def _send_all(self) -> None:
        session = requests.Session()
        while (number := next(self._numbers)) < self.total and not self.give_up.is_set():
            if self.per_second is not None:
                time.sleep(max(0.0, self._began + number / self.per_second - time.monotonic()))
            self._send(session, number)
            time.sleep(self.pause)

    def _send(self, session: requests.Session, number: int) -> None:
        body = alerts.entry(number)
        while not self.give_up.is_set():
            began = time.perf_counter()
            try:
                answer = session.post(self.server.webhook, data=body.encode(), timeout=5)
            except requests.RequestException:
                time.sleep(0.05)
                continue
            took = time.perf_counter() - began
            self.latencies.append(took)
            if answer.ok:
                self.acknowledged[number] = answer.json()["signal_id"]
                self.acknowledged_at.append(time.monotonic())
                return
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["Retry-After"]) > 0
            self.refusals.append(took)
            self.refused_at.append(time.monotonic())
            time.sleep(0.05)

    def wait_until(self, many: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Until enough was answered, however slow the machine; an error in a sender ends it at once."""
        deadline = time.monotonic() + seconds
        while not many():
            for sender in self._running:
                if sender.done():
                    sender.result()
            assert time.monotonic() < deadline, "the alerts were not answered as they should"
            time.sleep(0.01)

    @property
    def done(self) -> bool:
        return all(sender.done() for sender in self._running)

    def finish(self, seconds: float = PATIENCE) -> None:
        """Waits for every alert's acknowledgement; an error in a sender is the test's error."""
        try:
            for sender in self._running:
                sender.result(seconds)
        finally:
            self.give_up.set()
            self._pool.shutdown()
