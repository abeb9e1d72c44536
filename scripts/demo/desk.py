"""The demo's own server: a child process on a folder of its own, started, prepared over HTTP and stopped."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
START_SECONDS, STOP_SECONDS = 60.0, 15.0


class CannotStart(Exception):
    """The server ended, or did not answer; the text says why."""


class Desk:
    """`webhooks` has each source's address once `prepare` was called."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        # Unless one is given, an admin token of this run alone: nothing is left in the demo's database.
        self.token = os.environ.get("API_TOKEN") or f"demo-{secrets.token_hex(16)}"
        own = {"PORT": str(port), "HOST": "127.0.0.1", "DATA_DIR": str(folder), "DEMO": "yes"}
        # A demo never touches a real desk's database, and is reached where it runs.
        left_out = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "ROLE", "WEBHOOK_ALLOWED_IPS")
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        self._env = kept | own | {"API_TOKEN": self.token, "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None
        self.webhooks: dict[str, str] = {}

    def start(self) -> None:
        """Returns when it answers. Raises CannotStart."""
        # A session of its own: Ctrl-C reaches the demo, which then stops its server itself, in order.
        command = [sys.executable, str(ROOT / "web_server.py")]
        self._process = subprocess.Popen(command, cwd=ROOT, env=self._env, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if (code := self._process.poll()) is not None:
                raise CannotStart(f"the server ended with {code}; its own words stand above")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise CannotStart(f"the server did not answer within {START_SECONDS:g} s")

    def prepare(self, sources: Mapping[str, Mapping[str, Any]]) -> None:
        """Makes the sources, or sets them as they are wanted."""
        for name, settings in sources.items():
            self.webhooks[name] = self.call("PUT", f"/api/sources/{name}", settings)["url"]

    def call(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        asked = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.loads(answer.read())

    def post(self, source: str, body: str) -> int:
        """An alert as TradingView would post it; the answer's status, 0 when there was none."""
        kind = "application/json" if body.startswith("{") and body.endswith("}") else "text/plain"
        headers = {"Content-Type": f"{kind}; charset=utf-8"}
        asked = urllib.request.Request(self.webhooks[source], body.encode(), headers)
        try:
            with urllib.request.urlopen(asked, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except (urllib.error.URLError, OSError):
            return 0

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
