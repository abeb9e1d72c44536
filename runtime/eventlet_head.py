"""Lets eventlet's server take an ordinary request as `runtime/head.py` reads it; any other as it always did."""

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from eventlet import wsgi

from runtime.answer import Answer
from runtime.chunks import Chunks
from runtime.eventlet_incoming import Incoming
from runtime.head import EMPTY, Head, Lines, head_fault, ordinary, request_line_fault
from runtime.requests import ambiguous


class OrdinaryFirst(wsgi.HttpProtocol):  # type: ignore[misc]
    """An ordinary request goes past `HttpProtocol`, whose way costs as much again as the application's own.

    `tests/runtime/test_heads.py` holds both ways to the same environment and the same refusals.
    """

    headers: Any
    rfile: Any
    incoming: Incoming
    taken = False  # by the application
    _around: dict[str, Any] | None = None

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.incoming = Incoming(self.connection)
        self.rfile = io.BufferedReader(self.incoming, self.rbufsize)
        self._send_some = self.connection.fd.send

    def handle_one_request(self) -> None:
        if not (arrived := self.awaited()):
            self.close_connection = True
        elif (head := ordinary(arrived)) is None:
            self._ask_library()
        else:
            self.conn_state[2] = wsgi.STATE_REQUEST
            self.rfile.read(head.size)
            self._answer(head)

    def _ask_library(self) -> None:
        self.incoming.alone = False  # a WebSocket of the library's reads from the socket itself
        self.incoming.rest()
        super().handle_one_request()
        self.incoming.alone = True

    def awaited(self) -> bytes:
        """What is there of the next request, once there is something; b"" at the end."""
        arrived: bytes = self.rfile.peek(1)
        return arrived

    def _answer(self, head: Head) -> None:
        body = wsgi.Input(self.rfile, head.named.get("CONTENT_LENGTH", "0"), self.connection)
        answer = Answer(head, self._send, self._keeps)
        try:
            answer.by(self.server.app, self.environ_of(head, body), self._is_taken)
            if answer.kept and body.position < body.content_length:
                body.discard()
        except OSError:
            answer.kept = False  # the client is gone
        self.close_connection = self.taken or not answer.kept

    def _send(self, data: bytes) -> None:
        try:
            sent = self._send_some(data)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            self.connection.sendall(memoryview(data)[sent:])

    def _keeps(self) -> bool:
        return bool(self.server.keepalive)

    def _is_taken(self) -> bool:
        return self.taken

    def _read_request_line(self) -> Any:
        line = super()._read_request_line()
        return super()._read_request_line() if line == EMPTY else line

    def parse_request(self) -> bool:
        fault = request_line_fault(self.raw_requestline)
        if fault is None:
            self.rfile = lines = Lines(self.rfile)
            if not super().parse_request():
                return False
            fault = lines.fault or head_fault(self.headers, self.request_version)
        if fault is not None:
            self.close_connection = True
            self.wfile.write(ambiguous(fault))
        return fault is None

    def environ_of(self, head: Head, body: Any) -> dict[str, Any]:
        """What WSGI wants to know of an ordinary request."""
        path, asked, query = head.target.partition("?")
        environ = self._surroundings().copy()
        for name, value in head.named.items():
            environ[f"HTTP_{name}"] = value
        environ["REQUEST_METHOD"] = head.method
        environ["RAW_PATH_INFO"] = path
        environ["PATH_INFO"] = unquote(path, encoding="latin1")
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "text/plain")
        environ["wsgi.input"] = body
        if asked:
            environ["QUERY_STRING"] = query
        if "CONTENT_LENGTH" in head.named:
            environ["CONTENT_LENGTH"] = environ.pop("HTTP_CONTENT_LENGTH")
        return environ

    def get_environ(self) -> Any:
        environ = super().get_environ()
        del environ["headers_raw"]  # nobody asks for them
        if environ["wsgi.input"].chunked_input:
            environ["wsgi.input"] = environ["eventlet.input"] = Chunked(environ["wsgi.input"], self._break)
        return environ

    def _break(self) -> None:
        self.close_connection = True

    def _surroundings(self) -> dict[str, Any]:
        """What is the same for every request of a connection; both its ends are asked of the kernel once."""
        if self._around is None:
            (name, port), (host, from_port) = map(
                wsgi.addr_to_host_port, (self.request.getsockname(), self.client_address)
            )
            self._around = self.server.get_environ() | {
                "SCRIPT_NAME": "",
                "SERVER_PROTOCOL": "HTTP/1.0",
                "GATEWAY_INTERFACE": "CGI/1.1",
                "SERVER_NAME": name,
                "SERVER_PORT": str(port),
                "REMOTE_ADDR": host,
                "REMOTE_PORT": str(from_port),
            }
        return self._around


class Chunked(wsgi.Input):  # type: ignore[misc]
    """A chunked body, read strictly."""

    def __init__(self, given: Any, broken: Callable[[], None]) -> None:
        super().__init__(given.rfile, None, given.get_socket(), given.wfile, given.wfile_line, chunked_input=True)
        self._chunks = Chunks(given.rfile, broken)

    def _chunked_read(self, rfile: Any, length: int | None = None, use_readline: bool = False) -> bytes:
        if self.should_send_hundred_continue:
            self.send_hundred_continue_response()
            self.is_hundred_continue_response_sent = True
        return self._chunks.readline(length) if use_readline else self._chunks.read(length)
