"""What both servers do before the application sees a request: the whole body in time, and no WebSocket compression."""

import io
from collections.abc import Callable
from typing import Any

from runtime.contract import WSGIApp

# A larger body is left in the socket: the application refuses it by its length and the connection is closed.
MOST_READ_AHEAD = 1_100_000
IDLE_SECONDS = 75.0  # between two requests of one connection: longer than clients and proxies keep theirs

FULL_BODY = b'{"error":{"code":"too_many_sockets","message":"No socket is free.","hint":"Try again soon."}}'
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(FULL_BODY), FULL_BODY)
)


def prepared(app: WSGIApp, arrived: Callable[[dict[str, Any]], None]) -> WSGIApp:
    """`app` behind a reader of bodies; `arrived(environ)` is called when the request is complete."""

    def handle(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        # Compression multiplies a broadcast's cost, and every browser offers it.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        length = environ.get("CONTENT_LENGTH") or ""
        if not (length.isdigit() and 0 < int(length) <= MOST_READ_AHEAD):
            arrived(environ)
            return app(environ, start_response)
        reader = environ["wsgi.input"]
        body = reader.read(int(length))
        if len(body) < int(length):
            return _incomplete(start_response)
        environ["wsgi.input"] = Body(body, reader)
        arrived(environ)
        try:
            return app(environ, start_response)
        finally:
            # The engine keeps the environment as long as the connection, and then until a collection finds it.
            environ["wsgi.input"] = reader

    return handle


def _incomplete(start_response: Callable[..., Any]) -> list[bytes]:
    start_response("408 Request Timeout", [("Content-Length", "0"), ("Connection", "close")])
    return [b""]


class Body(io.BytesIO):
    """A body that was read already. The engine's own reader stays reachable: WebSockets ask it for their socket."""

    def __init__(self, body: bytes, reader: Any) -> None:
        super().__init__(body)
        self._reader = reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)
