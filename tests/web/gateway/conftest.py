"""A running gateway on each engine, and clients that remember what they saw."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.patience import PATIENCE
from tests.support.server import ROOT, free_port

ADMIN = {"Authorization": "Bearer admin-token"}


@dataclass
class Running:
    """One gateway process."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def do(self, path: str, **params: Any) -> Any:
        try:
            answer = requests.post(f"{self.url}/test/{path}", params=params, timeout=PATIENCE)
        except requests.Timeout:
            self.process.send_signal(signal.SIGUSR1)
            time.sleep(1)
            raise AssertionError(f"no answer; its tasks:\n{self.log.read_text()[-20_000:]}") from None
        answer.raise_for_status()
        return answer.json()

    def append(self, n: int, **how: Any) -> int:
        """Append facts inside the server; the head after that."""
        return int(self.do("append", n=n, **how)["head"])

    def seen(self) -> Any:
        return requests.get(f"{self.url}/test/connections", timeout=PATIENCE).json()

    def poll(self, timeout: float = PATIENCE, **params: Any) -> Any:
        return requests.get(f"{self.url}/api/events", params=params, headers=ADMIN, timeout=timeout).json()

    def rss_mb(self) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


class Starter:
    """Starts gateway processes of one engine with settings of one's own; `stop` ends them all."""

    def __init__(self, engine: str, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self._running: list[Running] = []

    def __call__(self, **settings: float) -> Running:
        port, log = free_port(), self._folder / "server.txt"
        given = [f"{name}={value}" for name, value in settings.items()]
        where = [self._engine, str(port), str(self._folder)]
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.web.gateway.process", *where, *given],
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        one = Running(port, process, log)
        self._running.append(one)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and process.poll() is None:
            try:
                one.seen()
                return one
            except (requests.RequestException, ValueError):
                time.sleep(0.05)
        raise AssertionError(log.read_text()[-3000:])

    def stop(self) -> None:
        for one in self._running:
            one.process.kill()
            one.process.wait(PATIENCE)


@pytest.fixture(params=["eventlet", "gevent"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Starter]:
    """Starts gateway processes with settings of one's own."""
    starter = Starter(request.param, tmp_path)
    yield starter
    starter.stop()


@pytest.fixture
def gateway(start: Starter) -> Running:
    """One of its own."""
    return start()


@pytest.fixture(scope="session", params=["eventlet", "gevent"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One for all tests that need no settings of their own: its journal holds what those before left there."""
    starter = Starter(request.param, tmp_path_factory.mktemp("shared"))
    yield starter()
    starter.stop()
