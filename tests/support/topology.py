"""A desk of several processes on one Postgres: webs that serve, a worker that follows, and its standby."""

import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.support.patience import PATIENCE, PATIENT
from tests.support.server import API_TOKEN, DeskServer

# Shorter than what ships, so that a takeover is soon seen, and long enough for a machine that stands still for seconds:
# a worker that sleeps longer than its lease has, rightly, lost it.
QUICK = {"LEASE_SECONDS": "4", "LEASE_RENEW_SECONDS": "0.5", "SYSTEM_HEALTH_SECONDS": "0.3"}


def within(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """What `condition` gives as soon as it is true; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)  # to ask costs each of them some milliseconds


@dataclass
class Topology:
    """`env` is every process's; one of them makes the schema while the others wait."""

    folder: Path
    template: Path
    database_url: str
    env: Mapping[str, str] = field(default_factory=dict)
    webs: list[DeskServer] = field(default_factory=list)
    workers: list[DeskServer] = field(default_factory=list)

    def start(self, webs: int = 2, workers: int = 2) -> "Topology":
        for server in [self.add("worker") for _ in range(workers)] + [self.add("web") for _ in range(webs)]:
            server.wait_ready()
        return self

    def add(self, role: str, **env: str) -> DeskServer:
        """One more process, being started."""
        several = self.webs if role == "web" else self.workers
        data_dir = self.folder / f"{role}-{len(several)}"
        shutil.copytree(self.template / "models", data_dir / "models")
        server = DeskServer(
            data_dir, PATIENT | QUICK | {"ROLE": role, "DATABASE_URL": self.database_url} | dict(self.env) | env
        )
        server.start(wait=False)
        several.append(server)
        return server

    def worker(self) -> DeskServer | None:
        """The one that holds the lease, by its own word."""
        for server in self.workers:
            if server.process is not None and server.process.poll() is None and figure(server, "desk_lease_held") == 1:
                return server
        return None

    def stop(self) -> None:
        for server in (*self.webs, *self.workers):
            if server.process is not None and server.process.poll() is None:
                server.process.send_signal(signal.SIGCONT)
                server.stop()


def ready(server: DeskServer) -> dict[str, Any]:
    answer: dict[str, Any] = requests.get(f"{server.url}/readyz", timeout=PATIENCE).json()
    return answer


def figure(server: DeskServer, name: str) -> float | None:
    """A metric of one process; None when it does not answer."""
    try:
        text = requests.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {API_TOKEN}"}, timeout=2).text
    except requests.RequestException:
        return None
    found = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(found[0].split()[1]) if found else None
