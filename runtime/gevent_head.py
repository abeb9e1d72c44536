"""Lets gevent's server take an ordinary request's head as `runtime/head.py` reads it; any other as it always did."""

from typing import Any
from urllib.parse import unquote

from gevent import pywsgi

from runtime.head import Head, ambiguous, ordinary


class OrdinaryFirst(pywsgi.WSGIHandler):  # type: ignore[misc]
    """Leans on how `WSGIHandler.handle_one_request` asks for the line, the head and the environment in turn.

    `tests/runtime/test_heads.py` holds both ways to the same environment and the same refusals.
    """

    _head: Head | None = None

    def read_requestline(self) -> Any:
        self._head = head = ordinary(self.rfile.peek(1))
        if head is None:
            return super().read_requestline()
        self.rfile.read(head.size)
        return head.line.decode("ascii")

    def MessageClass(self, *args: Any) -> Any:
        headers = super().MessageClass(*args)
        if ambiguous(headers):
            headers.status = "ambiguous"  # which the library answers with 400
        return headers

    def read_request(self, raw_requestline: str) -> bool:
        head = self._head
        if head is None:
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
            return super().get_environ()
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
