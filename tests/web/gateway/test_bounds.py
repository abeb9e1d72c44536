"""Slow, silent, rude and uninvited clients, on both engines."""

import contextlib
import socket
import time
from typing import Any

import pytest
import websocket

from tests.support.patience import PATIENCE
from tests.web.gateway.following import Plain, assert_contiguous, wait_for

pytestmark = pytest.mark.socket


def assert_ends(connection: websocket.WebSocket, seconds: float = PATIENCE) -> None:
    """Whatever is still on its way, the server has closed it."""
    deadline = time.monotonic() + seconds
    connection.settimeout(seconds)
    try:
        while connection.recv():
            assert time.monotonic() < deadline
    except (ConnectionError, websocket.WebSocketConnectionClosedException):
        return


@pytest.mark.parametrize("path", ["/ws", "/socket.io/?EIO=4&transport=websocket"])
def test_a_socket_that_said_goodbye_is_let_go(shared: Any, path: str) -> None:
    """The server answers the closing handshake and ends the connection at once: browsers wait for it to do so."""
    # Far below the time after which a ping that nobody answers would end it.
    leaving = websocket.create_connection(shared.ws.replace("/ws", path), timeout=15)
    leaving.send('{"op": "auth", "token": "admin-token"}' if path == "/ws" else '40{"token":"admin-token"}')
    leaving.recv()
    leaving.send_close()
    while leaving.sock.recv(1 << 16):
        pass


@pytest.mark.parametrize("kind", ["ws", "socketio"])
def test_who_never_reads_is_dropped(shared: Any, kind: str) -> None:
    """A client that never reads costs no more than its bound, is dropped, and comes back by its position."""

    def standing() -> set[str]:
        return {one["id"] for one in shared.seen()["items"]}

    reader = Plain(shared.ws)
    epoch = reader.until("snapshot")[0]["data"]["epoch"]
    others = standing()
    if kind == "ws":
        deaf = websocket.create_connection(shared.ws, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])
        deaf.send('{"op": "auth", "token": "admin-token"}')
    else:
        url = shared.ws.replace("/ws", "/socket.io/?EIO=4&transport=websocket")
        deaf = websocket.create_connection(url, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)])
        deaf.recv()
        deaf.send('40{"token":"admin-token"}')
    wait_for(lambda: standing() - others)
    (deaf_id,) = standing() - others
    dropped = shared.seen()["figures"]["dropped_slow"]
    before = shared.rss_mb()
    head = 0
    for _ in range(40):
        head = shared.append(250, size=1024, at_once=50)
        assert reader.facts_to(head)[-1] == head
        figures = shared.seen()["figures"]
        assert figures["queued_most_bytes"] <= 1 << 20
        if figures["dropped_slow"] > dropped:
            break
    wait_for(lambda: shared.seen()["figures"]["dropped_slow"] == dropped + 1)
    wait_for(lambda: deaf_id not in standing())
    assert shared.rss_mb() - before < 40  # the test's own journal keeps every fact in memory too
    back = Plain(shared.ws, epoch=epoch, seq=head - 300)
    assert back.facts_to(head) == list(range(head - 299, head + 1))
    for client in (reader, back):
        client.close()


def test_who_asks_and_never_reads_is_dropped(shared: Any) -> None:
    """Answers over Socket.IO count in its queue as facts do: who asks for the past and takes none of it is dropped.

    Seen to fail with the library's packets at 64 bytes each: 24 MB lay there, and 4 KB were said to.
    """
    head = shared.append(8, size=60_000)
    dropped = shared.seen()["figures"]["dropped_slow"]
    url = shared.ws.replace("/ws", "/socket.io/?EIO=4&transport=websocket")
    deaf = websocket.create_connection(url, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)], timeout=PATIENCE)
    deaf.send('40{"token":"read-token","types":["heartbeat"]}')
    while "snapshot" not in deaf.recv():
        pass
    with contextlib.suppress(OSError, websocket.WebSocketException):
        for n in range(50):
            deaf.send(f'42{n}["history",{{"types":["event"],"before":{head + 1}}}]')
            if shared.seen()["figures"]["dropped_slow"] > dropped:
                break
            time.sleep(0.05)
    wait_for(lambda: shared.seen()["figures"]["dropped_slow"] == dropped + 1)


def test_a_slow_reader_keeps_the_order(shared: Any) -> None:
    """A client that reads late gets everything in order, also frames that the kernel took only in part."""
    slow = websocket.create_connection(
        shared.ws, timeout=PATIENCE, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)]
    )
    client = Plain.__new__(Plain)
    client.socket = slow
    client.say({"op": "auth", "token": "admin-token"})
    client.until("snapshot")
    head = 0
    for _ in range(12):
        head = shared.append(10, size=60_000)
        time.sleep(0.05)
        seqs = client.facts_to(head)
        assert_contiguous(seqs)
    client.close()


def test_passing_updates_never_pile_up(shared: Any) -> None:
    """A client that does not read for a while gets the newest figure, not hundreds of old ones."""
    slow = websocket.create_connection(
        shared.ws, timeout=PATIENCE, sockopt=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)]
    )
    client = Plain.__new__(Plain)
    client.socket = slow
    client.say({"op": "auth", "token": "admin-token"})
    client.until("snapshot")
    shared.do("passing", n=3000, size=4000, keys="SLOW")
    shared.append(1)
    prices = []
    while (found := client.next()).get("seq") is None:
        if found["data"]["symbol"] == "SLOW":  # else an earlier test's price, told on joining
            prices.append(found["data"]["price"])
    assert prices == sorted(prices)
    if prices[-1] != 2999:
        prices.append(client.until("price_update")[0]["data"]["price"])
    assert prices[-1] == 2999
    assert len(prices) < 2900
    client.close()


def test_bad_messages_are_answered_and_floods_are_cut(shared: Any) -> None:
    """What can't be read is answered with an error; who goes on for long is cut off."""
    client = Plain(shared.ws)
    mine = client.next()["data"]["session"]
    client.until("snapshot")
    for bad in ("{", "[]", '{"op": "fly"}', '{"op": "subscribe", "types": ["nonsense"]}', '{"op": "ack", "seq": NaN}'):
        client.socket.send(bad)
        assert client.until("error")[0]["data"]["code"] in ("bad_message", "unknown_op", "unknown_type")
    with contextlib.suppress(OSError, websocket.WebSocketException):
        for _ in range(500):
            client.socket.send("{")
            time.sleep(0.001)
    assert_ends(client.socket)
    shared.append(1)
    assert mine not in {one["id"] for one in shared.seen()["items"]}
