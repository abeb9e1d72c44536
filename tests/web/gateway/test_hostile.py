"""What somebody who means harm found once, on both engines: it is refused, and leaves nothing behind."""

from contextlib import suppress

import pytest
import websocket

from tests.web.gateway.conftest import Running
from tests.web.gateway.following import wait_for
from tests.web.gateway.test_idle import engine

pytestmark = pytest.mark.socket


def hear_the_end(line: websocket.WebSocket) -> None:
    """Whatever is sent before. Raises WebSocketTimeoutException when the line stays open."""
    with suppress(websocket.WebSocketConnectionClosedException, ConnectionError):
        while line.recv():
            pass


def test_nobody_connects_by_an_event_of_that_name(shared: Running) -> None:
    """The library calls the handler of `connect` for an event that a client names so, with what the client sent in the
    place of the request: it ends the connection.

    Seen to fail without the refusal: the client stood under an address of its choice, and a second time in its room,
    where it stayed for good.
    """
    before = shared.seen()["standing"]
    line = engine(shared)
    line.send('42["connect",{"REMOTE_ADDR":"192.0.2.1"},{"token":"admin-token"}]')
    hear_the_end(line)
    wait_for(lambda: shared.seen()["standing"] == before)
    assert not [one for one in shared.seen()["items"] if one["address"] != "127.0.0.1"]
