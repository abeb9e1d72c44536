"""Lets gevent's server take an ordinary request's head as `runtime/head.py` reads it; any other as it always did."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from gevent import pywsgi

from runtime.chunks import Chunks
from runtime.head import EMPTY, Ambiguous, Head, Lines, head_fault, ordinary, request_line_fault
from runtime.requests import ambiguous


class OrdinaryFirst(pywsgi.WSGIHandler):  # type: ignore[misc]
    """Leans on how `WSGIHandler.handle_one_request` asks for the line, the head and the environment in turn.

    `tests/runtime/test_heads.py` holds both ways to the same environment and the same refusals.
    """

    wsgi_input: Any
    _head: Head | None = None

    def read_requestline(self) -> Any:
        line = self._next_line()
        return self._next_line() if line == EMPTY.decode() else line

    def _next_line(self) -> Any:
        self._head = head = ordinary(self.rfile.peek(1))
        if head is None:
            return super().read_requestline()
        self.rfile.read(head.size)
        return head.line.decode("ascii")

    def MessageClass(self, reader: Any, *args: Any) -> Any:
        lines = Lines(reader)
        headers = super().MessageClass(lines, *args)
        fault = lines.fault or head_fault(headers, self.request_version)
        if fault is not None:
            raise Ambiguous(fault)
        return headers

    def _handle_client_error(self, ex: Exception) -> Any:
        refused = super()._handle_client_error(ex)
        return ("400", ambiguous(str(ex))) if isinstance(ex, Ambiguous) else refused

    def read_request(self, raw_requestline: str) -> bool:
        head = self._head
        if head is None:
            fault = request_line_fault(raw_requestline.encode("latin-1"))
            if fault is not None:
                raise Ambiguous(fault)
            return bool(super().read_request(raw_requestline))
        self.requestline = raw_requestline.rstrip()
        self.command, self.path, self.request_version = head.method, head.target, "HTTP/1.1"
        length = head.named.get("CONTENT_LENGTH")
        self.content_length = None if length is None else int(length)
        self.close_connection = not head.kept
        self.headers = head
        return True

    def get_environ(self) -> Any:
        head = self._head
        if head is None:
            environ = super().get_environ()
            if self.wsgi_input.chunked_input:
                self.wsgi_input = Chunked(self.wsgi_input, self._break)
            # For a handshake the library gives the bare stream: a body read from that would be waited for once more.
            environ["wsgi.input"], environ["wsgi.input_terminated"] = self.wsgi_input, True
            return environ
        path, _, query = head.target.partition("?")
        environ = self.server.get_environ()
        environ |= {
            "REQUEST_METHOD": head.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, encoding="latin1"),
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": str(self.client_address[0]),
            "REMOTE_PORT": str(self.client_address[1]),
            "wsgi.input_terminated": True,
        }
        for name, value in head.named.items():
            environ[name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"] = value
        environ["wsgi.input"] = self.wsgi_input = pywsgi.Input(self.rfile, self.content_length)
        return environ

    def _break(self) -> None:
        self.close_connection = True


class Chunked(pywsgi.Input):  # type: ignore[misc]
    """A chunked body, read strictly."""

    __slots__ = ("_chunks",)

    def __init__(self, given: Any, broken: Callable[[], None]) -> None:
        super().__init__(given.rfile, None, given.socket, chunked_input=True)
        self._chunks = Chunks(given.rfile, broken)

    def _chunked_read(self, length: int | None = None, use_readline: bool = False) -> bytes:
        self._send_100_continue()
        return self._chunks.readline(length) if use_readline else self._chunks.read(length)
