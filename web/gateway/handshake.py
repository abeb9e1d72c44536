"""Takes a request's connection over as a WebSocket (RFC 6455, section 4.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wsproto.utilities import generate_accept_token

from web.gateway.websocket import WebSocket

if TYPE_CHECKING:
    from runtime import Runtime
    from web.gateway.leaving import Leaving

VERSION = "13"
KEY = re.compile(r"[A-Za-z0-9+/]{22}==")
ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n"
)


class NotAWebSocket(Exception):
    """The request is no handshake that can be answered, or came by a server that gives no connection away."""


def is_handshake(environ: Mapping[str, Any]) -> bool:
    """Whether a request asks for a WebSocket of the one version there is."""
    upgrades = {word.strip().lower() for word in environ.get("HTTP_CONNECTION", "").split(",")}
    return (
        environ["REQUEST_METHOD"] == "GET"
        and "upgrade" in upgrades
        and environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == VERSION
        and KEY.fullmatch(environ.get("HTTP_SEC_WEBSOCKET_KEY", "")) is not None
    )


def accept(environ: Mapping[str, Any], runtime: Runtime, most: int, leaving: Leaving) -> WebSocket:
    """Take the connection of a handshake over and answer it. Raises NotAWebSocket, OSError."""
    if not is_handshake(environ):
        raise NotAWebSocket("the request is no handshake of WebSocket version 13")
    connection = environ.get("desk.connection")
    if connection is None:
        raise NotAWebSocket("this server gives no connection away")
    wire = connection.take()
    accepted = WebSocket(wire, runtime, most, leaving)
    try:
        accepted.line.send(ANSWER % generate_accept_token(environ["HTTP_SEC_WEBSOCKET_KEY"].encode()))
    except OSError:
        accepted.abort()
        raise
    if wire.early:
        accepted.hear(wire.early)
    return accepted
