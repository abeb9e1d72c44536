"""Clients that say nothing: they cost no task, and what they dragged along when they came is let go."""

import json
from typing import Any

import pytest
import requests
import websocket

from tests.web.gateway.conftest import Running
from tests.web.gateway.following import Plain, wait_for

pytestmark = pytest.mark.socket
ENGINE = "/socket.io/?EIO=4&transport=websocket"


def tasks(gateway: Running) -> int:
    return int(requests.get(f"{gateway.url}/test/tasks", timeout=10).json()["alive"])


def engine(gateway: Running) -> websocket.WebSocket:
    """One of Socket.IO, by hand: it has its snapshot."""
    made = websocket.create_connection(gateway.ws.replace("/ws", ENGINE), timeout=10)
    made.send("40" + json.dumps({"token": "admin-token"}))
    while "snapshot" not in made.recv():
        pass
    return made


def session(gateway: Running) -> str:
    """The id of a polling session that has its snapshot."""
    polling = f"{gateway.url}/socket.io/?EIO=4&transport=polling"
    sid = str(json.loads(requests.get(polling, timeout=10).text[1:])["sid"])
    requests.post(f"{polling}&sid={sid}", data="40" + json.dumps({"token": "admin-token"}), timeout=10)
    while "snapshot" not in requests.get(f"{polling}&sid={sid}", timeout=10).text:
        pass
    return sid


def probing(gateway: Running, sid: str) -> websocket.WebSocket:
    """A socket that is about to become the session's."""
    made = websocket.create_connection(gateway.ws.replace("/ws", f"{ENGINE}&sid={sid}"), timeout=10)
    made.send("2probe")
    assert made.recv() == "3probe"
    return made


def test_idle_clients_cost_no_task(shared: Running) -> None:
    """Six of each kind and two by way of polling: not one task more than before, and each is still answered.

    Seen to fail on the stock path: 25 tasks more under eventlet, 33 under gevent.
    """
    first = engine(shared)  # the one timer of all pings begins with the first
    before = tasks(shared)
    plain = [Plain(shared.ws) for _ in range(6)]
    engines = [engine(shared) for _ in range(6)] + [probing(shared, session(shared)) for _ in range(2)]
    for made in engines[6:]:
        made.send("5")
    for one in plain:
        one.until("snapshot")
    wait_for(lambda: tasks(shared) <= before)
    for one in plain:
        one.say({"op": "history", "id": 1, "limit": 1})
        while one.next().get("op") != "answer":
            pass
    for made in engines:
        made.send('421["history",{"limit":1}]')
        while not made.recv().startswith("431"):
            pass
    assert tasks(shared) <= before
    for closing in (first, *plain, *engines):
        closing.close()


def test_a_second_socket_of_a_session_changes_nothing(shared: Running) -> None:
    """Two sockets probe an upgrade of the same polling session: one becomes it, the other is let go, nothing is lost.

    Seen to fail with the line taken when the probe begins: what was sent went to the other socket.
    """
    sid = session(shared)
    first, second = probing(shared, sid), probing(shared, sid)
    direct = shared.seen()["direct"]
    first.send("5")
    wait_for(lambda: shared.seen()["direct"] > direct)
    second.send("5")
    head = shared.append(1)
    said = ""
    while f'"seq":{head}' not in said.replace(" ", ""):
        said = str(first.recv())
    with pytest.raises((websocket.WebSocketException, OSError)):  # noqa: PT012 - whatever comes before the end
        while second.recv():
            pass
        raise websocket.WebSocketConnectionClosedException
    first.close()


def test_silence_ends_a_plain_client(start: Any) -> None:
    """Whoever answers the pings of `/ws` stays; whoever falls silent is told why and closed.

    So are sockets that were to become a polling session's and never say so. Seen to fail with `PlainClient.late` doing
    nothing, with `pong` adding nobody (one ping, then none), and without the limit in `EngineTalk.wait`.
    """
    gateway = start(ping_seconds=0.3, ping_timeout_seconds=0.5)
    answers, silent = Plain(gateway.ws), Plain(gateway.ws)
    sid = session(gateway)
    mute = websocket.create_connection(gateway.ws.replace("/ws", f"{ENGINE}&sid={sid}"), timeout=10)
    dithers = probing(gateway, sid)
    pings = 0
    while pings < 3:
        opcode, _ = answers.socket.recv_data(control_frame=True)  # it answers them by itself
        pings += opcode == websocket.ABNF.OPCODE_PING
    wait_for(lambda: [one["kind"] for one in gateway.seen()["items"]] == ["ws"])
    for one in (mute, dithers):
        assert one.sock.recv(100)[:1] in (b"\x88", b"")
    raw = b""
    while part := silent.socket.sock.recv(1 << 20):
        raw += part
    assert raw.endswith(b"\x88\x13\x03\xf0Ping/Pong timeout")
    answers.close()
