"""A real `python web_server.py` with a private data folder, started, killed and read by tests and benchmarks."""

import contextlib
import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
API_TOKEN = "test-admin-token-5d41402abc4b2a76"
WEBHOOK_TOKEN = "test-webhook-token-7d793037a076"
SECRET_KEY = "test-secret-key-0cc175b9c0f1b6a831c399e269772661"
# Not from the beginning each time: two runs may share a machine.
PORTS = itertools.count(random.randrange(1_000))


def free_port() -> int:
    """A port that no other test gets: each worker has a thousand of its own, below those that the system gives away.

    One that the system names is free only until somebody else asks: with three workers another test's server stood
    there, and answered 404.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    while True:
        port = 20_000 + 1_000 * worker + next(PORTS) % 1_000
        with socket.socket() as listener, contextlib.suppress(OSError):  # somebody else's: the next one
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            return port


@dataclass
class DeskServer:
    """One server process; `env` overrides settings. Use as a context manager, or call start and stop."""

    data_dir: Path
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    entry: tuple[str, ...] = ("web_server.py",)  # what Python is told to run

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def webhook(self) -> str:
        return f"{self.url}/webhook/{WEBHOOK_TOKEN}"

    @property
    def log_path(self) -> Path:
        return self.data_dir.parent / f"{self.data_dir.name}.server.txt"

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def environment(self) -> dict[str, str]:
        kept = {
            k: v
            for k, v in os.environ.items()
            if k in ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "ASYNC_MODE")
        }
        own = {
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "DATA_DIR": str(self.data_dir),
            "WEBHOOK_TOKEN": WEBHOOK_TOKEN,
            "API_TOKEN": API_TOKEN,
            "SECRET_KEY": SECRET_KEY,
            "PYTHONUNBUFFERED": "1",
        }
        return kept | own | dict(self.env)

    def start(self, wait: bool = True) -> "DeskServer":
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.entry],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds: float = 2 * PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                break
            try:
                if requests.get(f"{self.url}/healthz", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log[-4000:]}")

    def kill(self) -> None:
        """`kill -9`: nothing gets a chance to tidy up."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(PATIENCE)

    def stop(self, seconds: float = PATIENCE) -> int:
        """SIGTERM, as a host would; returns the exit code."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(PATIENCE)
            raise

    def __enter__(self) -> "DeskServer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()

    # What tests ask a server.
    def get(self, path: str, **params: Any) -> Any:
        """Asks again after a 503: a machine that stands still for a second takes a read for one that is too slow."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = requests.get(
                self.url + path, params=params, headers={"Authorization": f"Bearer {API_TOKEN}"}, timeout=PATIENCE
            )
            if answer.status_code != 503 or time.monotonic() > deadline:
                answer.raise_for_status()
                return answer.json()
            time.sleep(0.1)

    def post_alert(
        self, body: str | bytes | Mapping[str, Any], timeout: float = PATIENCE, **params: str
    ) -> requests.Response:
        if isinstance(body, Mapping):
            body = json.dumps(body)
        raw = body.encode() if isinstance(body, str) else body
        return requests.post(
            self.webhook, data=raw, params=params, headers={"Content-Type": content_type(raw)}, timeout=timeout
        )

    def facts(self, after: int = 0, **params: Any) -> list[dict[str, Any]]:
        """The whole journal after a position, page by page."""
        items: list[dict[str, Any]] = []
        while True:
            page = self.get("/api/events", after=after, limit=1000, **params)
            items += page["items"]
            if page["next"] <= after or page["next"] >= page["head"]:
                return items
            after = page["next"]

    def wait_processed(self, seconds: float = PATIENCE) -> None:
        """Until no accepted signal is still waiting for the pipeline."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.get("/api/signals", status="received", limit=1)["items"]:
                return
            time.sleep(0.1)
        raise AssertionError("signals still wait for the pipeline")

    def rss_mb(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1024


def content_type(raw: bytes) -> str:
    """As TradingView declares it: JSON only when the text is strictly valid JSON."""
    try:
        json.loads(raw, parse_constant=lambda name: (_ for _ in ()).throw(ValueError(name)))
    except ValueError:
        return "text/plain; charset=utf-8"
    return "application/json; charset=utf-8"
