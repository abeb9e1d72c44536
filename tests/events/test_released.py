"""Databases that released versions wrote open with today's code, and everything in them is read as it was."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from events import migrate
from events.databases import database_for
from tests.conftest import StartServer
from tests.events.conftest import OpenJournal, fact, unit
from tests.support.server import DeskServer

STORED = Path(__file__).parent / "data"
RELEASES = sorted(path.name.removesuffix(".json") for path in STORED.glob("*.json"))
Restore = Callable[[str], str]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def restore(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Restore:
    """Puts a stored database where it can be opened; its URL."""

    def restored(release: str) -> str:
        if dialect == "sqlite":
            path = tmp_path / "data" / "desk.db"
            path.parent.mkdir()
            path.write_bytes(gzip.decompress((STORED / f"{release}.sqlite.gz").read_bytes()))
            return f"sqlite:///{path}"
        url = str(request.getfixturevalue("postgres_url"))
        with psycopg.connect(url) as raw:
            raw.execute(gzip.decompress((STORED / f"{release}.sql.gz").read_bytes()))
        return url

    return restored


def told(release: str, dialect: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STORED / f"{release}.json").read_text())[dialect]
    return found


@pytest.mark.parametrize("release", RELEASES)
def test_a_released_database_is_brought_up_to_date_and_goes_on(
    restore: Restore, release: str, dialect: str, opened: OpenJournal
) -> None:
    """Its schema was that release's; then it is today's, with the same history, and the next fact follows the last.

    Seen to fail with a revision that emptied the journal, and with `HEAD` raised without one."""
    url, was = restore(release), told(release, dialect)
    database = database_for(url)
    assert migrate._version(database) == release
    journal = opened(url)
    assert migrate._version(database) == migrate.HEAD
    facts = journal.after(0)
    assert (journal.epoch, [one.type for one in facts]) == (was["epoch"], was["types"])
    assert [one.message for one in facts] == was["messages"]
    assert [one.seq for one in facts] == list(range(1, len(facts) + 1))
    assert journal.append(unit(fact("after the update"))).facts[0].seq == len(facts) + 1


@pytest.mark.parametrize("release", RELEASES)
def test_a_server_starts_on_a_released_database(
    restore: Restore, release: str, dialect: str, start_server: StartServer, tmp_path: Path
) -> None:
    """Every signal's page, every source and the whole journal are there, and the next alert is decided."""
    url, was = restore(release), told(release, dialect)
    server: DeskServer = start_server(data_dir=tmp_path / "data", DATABASE_URL="" if dialect == "sqlite" else url)
    for id, (kind, status, verdict, raw) in was["signals"].items():
        found = server.get(f"/api/signals/{id}")
        assert [found["kind"], found["status"], found["verdict"], found["raw"]] == [kind, status, verdict, raw]
    assert sorted(one["name"] for one in server.get("/api/sources")["items"]) == was["sources"]
    assert [one["message"] for one in server.facts()][: len(was["messages"])] == was["messages"]
    answer = server.post_alert("BUY NQ1! @ 21450.25")
    assert answer.status_code == 200
    server.wait_processed()
