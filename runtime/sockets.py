"""What both servers ask of the kernel for each connection, and what an engine's reader holds of one already."""

import socket
from typing import Any

# Who takes nothing of an answer for so long is gone, or wants a task and a socket of ours for nothing.
UNREAD_SECONDS = 60.0


def tune(connection: Any) -> None:
    """Small writes leave at once, and what is not taken in time ends the connection (Linux; elsewhere it stays)."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(UNREAD_SECONDS * 1000))


def unread(green: Any, reader: Any) -> bytes:
    """What is there behind the request that was read from a connection. Never waits, and the socket then never does."""
    green.settimeout(0.0)
    return bytes(reader.peek(1))
