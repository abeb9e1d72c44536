"""Socket.IO connections of whoever has not said who it is: few words, one try, little time, a reason for each end."""

import json
from typing import Any

import pytest
import requests
import socketio
import websocket

from tests.support.patience import PATIENCE
from tests.web.gateway.conftest import ADMIN, Running
from tests.web.gateway.following import Talker, wait_for
from tests.web.gateway.test_bounds import assert_ends
from tests.web.gateway.test_idle import ENGINE

pytestmark = pytest.mark.socket
MANY = "42[" + ",".join(["{}"] * 40_000) + "]"
NO_CONNECT = {
    "an event": '42["history",{}]',
    "a long event": MANY,
    "an object that Engine.IO would read": "4" + MANY[2:],
    "a goodbye to nobody": "41",
    "bytes": b"\x01\x02",
    "a long connect": '40{"token":"admin-token","symbols":["' + "x" * 4096 + '"]}',
}


def stranger(gateway: Running) -> websocket.WebSocket:
    made = websocket.create_connection(gateway.ws.replace("/ws", ENGINE), timeout=PATIENCE)
    assert made.recv().startswith("0{")
    return made


def polling(gateway: Running, **headers: str) -> requests.Response:
    return requests.get(f"{gateway.url}/socket.io/?EIO=4&transport=polling", headers=headers, timeout=PATIENCE)


def session(gateway: Running) -> str:
    """The address of a polling session that has said nothing."""
    return f"{gateway.url}/socket.io/?EIO=4&transport=polling&sid={json.loads(polling(gateway).text[1:])['sid']}"


def turned_away(gateway: Running) -> int:
    return int(gateway.seen()["figures"]["turned_away"])


def code(connect_error: str) -> str:
    assert connect_error.startswith("44{"), connect_error
    return str(json.loads(connect_error[2:])["data"]["code"])


@pytest.mark.parametrize("said", NO_CONNECT.values(), ids=NO_CONNECT.keys())
def test_a_stranger_may_only_connect(shared: Running, said: str | bytes) -> None:
    """Anything else, by either road, is told that and ends the connection, at once when it goes on; its packets are not
    even read.

    Seen to fail without `heeded`: all were read, and the connection ended without a word.
    """
    before = turned_away(shared)
    line = stranger(shared)
    (line.send if isinstance(said, str) else line.send_binary)(said)  # type: ignore[operator]
    assert code(line.recv()) == "connect_first"
    line.send("40")
    assert_ends(line, 15)
    poll = session(shared)
    refused = requests.post(poll, data=said, timeout=PATIENCE)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "connect_first")
    assert code(requests.get(poll, timeout=PATIENCE).text) == "connect_first"
    assert turned_away(shared) == before + 2


def test_a_wrong_login_has_one_try_a_connection(shared: Running) -> None:
    """It is told why, and the connection ends: what else it said meanwhile is not looked at.

    Seen to fail without `let_go`: each of the forty was checked and answered.
    """
    wrong = '40{"token":"nobody-gave-this-one"}'
    before = turned_away(shared)
    line = stranger(shared)
    frame = websocket.ABNF.create_frame(wrong, websocket.ABNF.OPCODE_TEXT).format()
    line.sock.sendall(frame * 40)  # read in one go
    assert code(line.recv()) == "not_authenticated"
    assert_ends(line, 15)
    assert turned_away(shared) == before + 1
    poll = session(shared)
    assert requests.post(poll, data="\x1e".join([wrong, wrong]), timeout=PATIENCE).ok
    assert code(requests.get(poll, timeout=PATIENCE).text.partition("\x1e")[0]) == "not_authenticated"
    assert requests.post(poll, data=wrong, timeout=PATIENCE).status_code == 400
    assert requests.get(poll, timeout=PATIENCE).status_code == 400


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], None], ids=["websocket", "polling", "both"])
def test_a_client_hears_why(shared: Running, transports: Any) -> None:
    """The Python library hands on what the desk said, and the same client may try again with another token."""
    client, heard = socketio.Client(reconnection=False), []
    client.on("connect_error", heard.append)
    wrong, right = {"token": "nobody-gave-this-one"}, {"token": "read-token"}
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(shared.url, auth=wrong, transports=transports, wait_timeout=PATIENCE)
    assert [(said["message"], said["data"]["code"]) for said in heard] == [("Not authenticated", "not_authenticated")]
    client.connect(shared.url, auth=right, transports=transports, wait_timeout=PATIENCE)
    client.disconnect()


def test_few_strangers_wait_and_not_for_long(start: Any) -> None:
    """More polling sessions than may wait are refused with the reason; who shows a login and who brings a socket get
    in. All who say nothing in time are shown out, on `/ws` too, and make room.

    Seen to fail without `_may_begin`: any number were begun.
    """
    gateway = start(socket_auth_seconds=1, strangers=3)
    plain = websocket.create_connection(gateway.ws, timeout=PATIENCE)
    engine = stranger(gateway)
    # A slow machine shows some out before there are enough.
    refused = next(answer for answer in (polling(gateway) for _ in range(200)) if not answer.ok)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "too_many_strangers")
    assert int(refused.headers["Retry-After"]) >= 1
    assert polling(gateway, **ADMIN).ok
    Talker(gateway.url, transports=["websocket"]).close()
    assert plain.recv() == ""
    assert_ends(engine)
    wait_for(lambda: polling(gateway).ok)
