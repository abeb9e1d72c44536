"""What somebody who means harm found once, on both engines: it is refused, and leaves nothing behind."""

import time
from contextlib import suppress

import pytest
import websocket

from tests.support.patience import PATIENCE
from tests.web.gateway.conftest import Running
from tests.web.gateway.following import Plain, wait_for
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


PINGS = 20_000


@pytest.mark.parametrize("known", [True, False], ids=["a client", "a stranger"])
def test_a_flood_of_pings_is_held_back(shared: Running, known: bool) -> None:
    """The kernel keeps what is too much, whoever sends it, and others are answered. Thirty who flood had made alerts
    wait for 0.3 s, and up to 1.7.

    Seen to fail without `_charge`: all were answered.
    """
    flooding = Plain(shared.ws) if known else websocket.create_connection(shared.ws, timeout=PATIENCE)
    line = flooding.socket.sock if isinstance(flooding, Plain) else flooding.sock
    line.sendall(b"\x89\x80\0\0\0\0" * PINGS)
    line.settimeout(0.1)
    answers, ends = 0, time.monotonic() + 1.5
    while time.monotonic() < ends:
        with suppress(TimeoutError):
            answers += line.recv(1 << 20).count(b"\x8a\x00")
    assert 0 < answers < PINGS / 2
    assert shared.seen()["items"] is not None
    flooding.close()
