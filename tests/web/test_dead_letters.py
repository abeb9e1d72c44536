"""A dead letter is listed and tried again through the door."""

import sqlite3
import time
from contextlib import closing
from typing import Any

import requests

from tests.conftest import StartServer
from tests.support.patience import PATIENCE
from tests.support.server import API_TOKEN, DeskServer

LETTER = "INSERT INTO dead_letters VALUES ('letter-1', 'pipeline', 1, 5, 'ValueError: no', 'then', 'waiting')"


def ask(server: DeskServer, path: str, body: Any) -> requests.Response:
    return requests.post(
        server.url + path, json=body, headers={"Authorization": f"Bearer {API_TOKEN}"}, timeout=PATIENCE
    )


def test_a_letter_is_listed_and_tried_again(start_server: StartServer) -> None:
    """The running pipeline handles it within seconds; afterwards there is nothing left to do."""
    server = start_server()
    assert ask(server, "/api/events", [{"type": "event", "message": "hello", "data": {"event_type": "info"}}]).ok
    server.stop()
    with closing(sqlite3.connect(server.data_dir / "desk.db")) as database, database:
        database.execute(LETTER)
    server = start_server(data_dir=server.data_dir)
    (listed,) = server.get("/api/dead-letters")["items"]
    assert (listed["id"], listed["state"]) == ("letter-1", "waiting")
    assert ask(server, "/api/dead-letters/letter-1/retry", {}).json()["state"] == "asked"
    deadline = time.monotonic() + PATIENCE
    while server.get("/api/dead-letters")["items"][0]["state"] != "handled":
        assert time.monotonic() < deadline, server.log[-2000:]
        time.sleep(0.1)
    assert ask(server, "/api/dead-letters/letter-1/retry", {}).json()["error"]["code"] == "letter_handled"
    assert ask(server, "/api/dead-letters/letter-2/retry", {}).json()["error"]["code"] == "no_such_letter"
