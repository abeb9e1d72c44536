"""Desks that several tests of one file share: what a test sees there it made itself, or the fixture says so."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.e2e.conftest import PASSWORD
from tests.support.patience import PATIENCE, PATIENT
from tests.support.server import API_TOKEN, DeskServer

ADMIN = {"Authorization": f"Bearer {API_TOKEN}"}


@contextmanager
def desk(
    template: Path, folder: Path, prepare: Callable[[Path], Any] | None = None, **env: str
) -> Iterator[DeskServer]:
    """A running server on a copy of the template; `prepare` may fill its folder first."""
    shutil.copytree(template, folder)
    if prepare is not None:
        prepare(folder)
    with DeskServer(folder, {"DASHBOARD_PASSWORD": PASSWORD, **PATIENT, **env}) as server:
        yield server


def publish(server: DeskServer, *events: dict[str, Any]) -> None:
    """Activity lines as a script would send them, in batches."""
    with requests.Session() as session:
        for at in range(0, len(events), 500):
            items = [{"type": "event", **event} for event in events[at : at + 500]]
            answer = session.post(f"{server.url}/api/events", json={"items": items}, headers=ADMIN, timeout=PATIENCE)
            assert answer.ok, answer.text


def line(message: str, kind: str = "info", source: str = "My Script", **more: Any) -> dict[str, Any]:
    """One activity line."""
    return {"source": source, "message": message, **more, "data": {"event_type": kind, **more.get("data", {})}}
