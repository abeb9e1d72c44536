"""Lets eventlet's server take an ordinary request's head as `runtime/head.py` reads it; any other as it always did."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from eventlet import wsgi

from runtime.chunks import Chunks
from runtime.head import EMPTY, Head, Lines, head_fault, ordinary, request_line_fault
from runtime.requests import ambiguous


class OrdinaryFirst(wsgi.HttpProtocol):  # type: ignore[misc]
    """Leans on how `HttpProtocol.handle_one_request` asks for the line, the head and the environment in turn.

    `tests/runtime/test_heads.py` holds both ways to the same environment and the same refusals.
    """

    headers: Any
    rfile: Any
    _head: Head | None = None
    _address: dict[str, str] | None = None

    def _read_request_line(self) -> Any:
        line = self._next_line()
        return self._next_line() if line == EMPTY else line

    def _next_line(self) -> Any:
        self._head = head = ordinary(self.rfile.peek(1))
        if head is None:
            return super()._read_request_line()
        self.rfile.read(head.size)
        return head.line

    def parse_request(self) -> bool:
        head = self._head
        if head is None:
            return self._parsed_by_library()
        self.command, self.path, self.request_version = head.method, head.target, "HTTP/1.1"
        self.requestline = f"{head.method} {head.target} HTTP/1.1"
        self.close_connection = not head.kept
        self.headers = head
        return True

    def _parsed_by_library(self) -> bool:
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

    def get_environ(self) -> Any:
        head = self._head
        if head is None:
            environ = super().get_environ()
            if environ["wsgi.input"].chunked_input:
                environ["wsgi.input"] = environ["eventlet.input"] = Chunked(environ["wsgi.input"], self._break)
            return environ
        path, asked, query = head.target.partition("?")
        length = head.named.get("CONTENT_LENGTH")
        environ = self.server.get_environ()
        environ |= self._addresses()
        environ |= {
            "REQUEST_METHOD": head.method,
            "SCRIPT_NAME": "",
            "RAW_PATH_INFO": path,
            "PATH_INFO": unquote(path, encoding="latin1"),
            "CONTENT_TYPE": head.named.get("CONTENT_TYPE", "text/plain"),
            "SERVER_PROTOCOL": "HTTP/1.0",
            "GATEWAY_INTERFACE": "CGI/1.1",
            "headers_raw": head.fields,
            "eventlet.posthooks": [],
            "eventlet.set_idle": self._set_idle,
        }
        if asked:
            environ["QUERY_STRING"] = query
        if length is not None:
            environ["CONTENT_LENGTH"] = length
        for name, value in head.named.items():
            if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                environ[f"HTTP_{name}"] = value
        environ["wsgi.input"] = environ["eventlet.input"] = wsgi.Input(self.rfile, length or "0", self.connection)
        return environ

    def _break(self) -> None:
        self.close_connection = True

    def _addresses(self) -> dict[str, str]:
        """Both ends, asked of the kernel once a connection."""
        if self._address is None:
            (name, port), (host, from_port) = map(
                wsgi.addr_to_host_port, (self.request.getsockname(), self.client_address)
            )
            self._address = {
                "SERVER_NAME": name, "SERVER_PORT": str(port), "REMOTE_ADDR": host, "REMOTE_PORT": str(from_port)
            }  # fmt: skip
        return self._address

    def _set_idle(self) -> None:
        self.conn_state[2] = wsgi.STATE_IDLE


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
