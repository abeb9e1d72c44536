"""What both servers do before the application sees a request: the whole body in time, and no WebSocket compression."""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from runtime.chunks import BrokenBody
from runtime.contract import WSGIApp

# A larger body, or one that does not say its length, is read while it arrives, and not before the application asks: who
# sends it may be anybody. Alerts are no longer than this.
MOST_READ_AHEAD = 64 * 1024
PIECE_BYTES = 64 * 1024
IDLE_SECONDS = 75.0  # between two requests of one connection: longer than clients and proxies keep theirs


def refusal(status: str, code: str, message: str, hint: str, fields: str = "") -> bytes:
    """A whole answer, for those whom the application never sees; the connection ends with it."""
    body = json.dumps({"error": {"code": code, "message": message, "hint": hint}}, separators=(",", ":"))
    head = f"HTTP/1.1 {status}\r\n{fields}Connection: close\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


FULL = refusal(
    "503 Service Unavailable", "too_many_sockets", "No socket is free.", "Try again soon.", "Retry-After: 5\r\n"
)


def ambiguous(why: str) -> bytes:
    """Refuses a head that a proxy before us could take for another request."""
    hint = "Lines end with CRLF, fields stand on one line, the host and the body's length are named once."
    return refusal(
        "400 Bad Request", "ambiguous_request", f"The request can be read in more than one way: {why}.", hint
    )


def prepared(
    app: WSGIApp, begun: Callable[[dict[str, Any]], None], arrived: Callable[[dict[str, Any]], None]
) -> WSGIApp:
    """`app` behind a reader of bodies; `arrived(environ)` is called when the request is complete.

    `begun(environ)` gives the client the time of a request again: for each piece of a long body, and for what of it the
    application left unread. While nobody reads, nobody is hurried.
    """

    def handle(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        # Compression multiplies a broadcast's cost, and every browser offers it.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        length = environ.get("CONTENT_LENGTH") or ""
        if length in ("", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            arrived(environ)
            return app(environ, start_response)
        reader = environ["wsgi.input"]
        arriving: Arriving | None = None
        if length.isdigit() and int(length) <= MOST_READ_AHEAD:
            body = reader.read(int(length))
            if len(body) < int(length):
                return _incomplete(start_response)
            environ["wsgi.input"] = Body(body, reader)
        else:
            left = int(length) if length.isdigit() else None
            arriving = Arriving(reader, left, lambda: begun(environ), lambda: arrived(environ))
            environ["wsgi.input"] = arriving
            if left is None:
                environ["wsgi.input_terminated"] = True  # else Flask takes it for no body
        arrived(environ)
        try:
            answer = app(environ, start_response)
        except BaseException:
            if arriving is not None:
                arriving.over()
            raise
        finally:
            # The engine keeps the environment as long as the connection, and then until a collection finds it.
            environ["wsgi.input"] = reader
        return answer if arriving is None else Answered(answer, arriving.over)

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


class Arriving:
    """A body that is read while it arrives; `left` is its length in bytes where that is known.

    What the application leaves unread, the engine throws away in the time of another request, which `over` begins.
    """

    def __init__(self, reader: Any, left: int | None, begun: Callable[[], None], arrived: Callable[[], None]) -> None:
        self._reader, self._left = reader, left
        self._begun, self._arrived = begun, arrived
        self._piece = 0
        self._hurried = self._complete = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def read(self, size: int | None = -1) -> bytes:
        """As a file's. Raises BrokenBody when the client was too slow or went away."""
        if not self._hurried:  # once: who reads a few bytes at a time must not give the client a deadline for each
            self._hurried = True
            self._begun()
        wanted = -1 if size is None else size
        parts: list[bytes] = []
        while wanted:
            part = self._piece_of(PIECE_BYTES if wanted < 0 else min(wanted, PIECE_BYTES))
            self._count(len(part))
            if not part:
                break
            parts.append(part)
            wanted -= len(part) if wanted > 0 else 0
        return b"".join(parts)

    def _piece_of(self, size: int) -> bytes:
        if self._left == 0:
            return b""
        try:
            part: bytes = self._reader.read(size)
        except BrokenBody:
            raise
        except OSError as error:  # gevent's word for it, and the kernel's
            raise BrokenBody(str(error)) from error
        if not part and self._left is not None:
            raise BrokenBody("it ended early")
        return part

    def _count(self, read: int) -> None:
        self._piece += read
        if self._left is not None:
            self._left -= read
        if read == 0 or self._left == 0:
            self._complete = True
            self._arrived()
        elif self._piece >= PIECE_BYTES:
            self._piece = 0
            self._begun()

    def over(self) -> None:
        """The application has answered: who is still sending has the time of a request for the rest."""
        if not self._complete:
            self._begun()


class Answered:
    """An answer after which `over` is called; both engines close it before they throw an unread body away."""

    def __init__(self, answer: Iterable[bytes], over: Callable[[], None]) -> None:
        self._answer, self._over = answer, over

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        try:
            close = getattr(self._answer, "close", None)
            if close is not None:
                close()
        finally:
            self._over()
