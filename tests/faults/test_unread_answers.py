"""Who asks and never reads his answers keeps neither a socket nor a task of the desk for long."""

import socket
import time

import psutil
import pytest

from runtime.sockets import UNREAD_SECONDS
from tests.conftest import StartServer

ASKED = b"GET /static/pages.css HTTP/1.1\r\nHost: desk\r\n\r\n"
READERS = 20


def established(pid: int, port: int) -> int:
    """The server's live connections."""
    lines = psutil.Process(pid).net_connections("tcp")
    return sum(one.laddr.port == port and one.status == psutil.CONN_ESTABLISHED for one in lines)


@pytest.mark.chaos
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["eventlet", "gevent"])
def test_who_never_reads_is_let_go(start_server: StartServer, kind: str) -> None:
    """Strangers pipeline requests until nothing more fits and read nothing: a minute later they are gone.

    Seen to fail without TCP_USER_TIMEOUT: all of them stood after two minutes.
    """
    server = start_server(ASYNC_MODE=kind)
    before = established(server.pid, server.port)
    lines = [socket.socket() for _ in range(READERS)]
    for line in lines:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", server.port))
        line.settimeout(0.2)
        try:
            while True:
                line.sendall(ASKED * 50)
        except TimeoutError:
            continue  # it is full: the server waits for us to read
    assert established(server.pid, server.port) >= before + READERS / 2
    deadline = time.monotonic() + 2 * UNREAD_SECONDS
    while established(server.pid, server.port) > before and time.monotonic() < deadline:
        time.sleep(1)
    assert established(server.pid, server.port) <= before
    for line in lines:
        line.close()
