"""Broadcasters against real servers, and a network that can be cut."""

import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from broadcaster import Broadcaster
from tests.support.cable import Cable
from tests.support.patience import PATIENCE, PATIENT
from tests.support.server import API_TOKEN, DeskServer

Speak = Callable[..., Broadcaster]
NAMES = itertools.count(1)
# A socket replays few facts, so that a follower that is behind has to read on by HTTP.
SHORT = {"REPLAY_FACTS": "100", "RING_FACTS": "100"}


@pytest.fixture(scope="session")
def desks(template_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, DeskServer]]:
    """A server for each engine, started at its first use: tests may kill it, and speak under names of their own."""
    folder = tmp_path_factory.mktemp("broadcaster")
    servers = {
        name: DeskServer(folder / name, {"ASYNC_MODE": name, **PATIENT, **SHORT}) for name in ("eventlet", "gevent")
    }
    for server in servers.values():
        shutil.copytree(template_data_dir, server.data_dir)
    yield servers
    for server in servers.values():
        server.stop()


@pytest.fixture
def desk(desks: dict[str, DeskServer], request: pytest.FixtureRequest) -> DeskServer:
    """A running server: on either engine in tests marked `socket`, else on the usual one."""
    both = request.node.get_closest_marker("socket") is not None
    server = desks[request.getfixturevalue("engine") if both else "gevent"]
    if server.process is None or server.process.poll() is not None:
        server.start()
    return server


@pytest.fixture
def source() -> str:
    """A name that no other test speaks under."""
    return f"script {next(NAMES)}"


@pytest.fixture
def speak(source: str) -> Iterator[Speak]:
    """Makes broadcasters, and closes them without waiting."""
    made: list[Broadcaster] = []

    def make(url: str, token: str = API_TOKEN, **options: Any) -> Broadcaster:
        made.append(Broadcaster(source, url=url, token=token, **options))
        return made[-1]

    yield make
    for one in made:
        one.close(0)


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait for it, or fail."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def numbers(server: DeskServer, source: str) -> list[int]:
    """The `n` of each journalled event of a source, in the journal's order."""
    return [fact["data"]["n"] for fact in server.facts(types="event", source=source) if "n" in fact["data"]]


@pytest.fixture
def cable(desk: DeskServer) -> Iterator[Cable]:
    made = Cable(desk.port)
    yield made
    made.close()
