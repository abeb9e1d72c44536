"""Says an application's answer over HTTP/1.1, in one piece where it is whole, as nearly all are."""

import logging
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from functools import lru_cache
from typing import Any

from runtime.contract import WSGIApp
from runtime.head import Head

log = logging.getLogger("runtime")
# Of an answer that is made piece by piece so much is gathered before it is sent.
GATHERED_BYTES = 512
FAILED = ("500 Internal Server Error", [("Content-Type", "text/plain"), ("Content-Length", "0")])


class Answer:
    """The answer to one ordinary request. `keeps()`: whether its connection may take another when this one begins."""

    __slots__ = ("_bodyless", "_chunked", "_head", "_keeps", "_said", "_send", "begun", "kept")

    def __init__(self, head: Head, send: Callable[[bytes], None], keeps: Callable[[], bool]) -> None:
        self._head, self._send, self._keeps = head, send, keeps
        self._said: tuple[str, list[tuple[str, str]]] | None = None
        self._bodyless = self._chunked = False
        self.begun = False  # something of it was sent
        self.kept = head.kept

    def by(self, app: WSGIApp, environ: dict[str, Any], taken: Callable[[], bool]) -> None:
        """Ask `app` and send what it says, unless it took the connection. Its failure is a 500. Raises OSError."""
        result: Any = None
        try:
            try:
                result = app(environ, self.start)
                if not taken():
                    self._send_all(result)
            finally:
                if (close := getattr(result, "close", None)) is not None:
                    close()
        except Exception as error:
            self.kept = False
            if self.begun and isinstance(error, OSError):
                log.debug("a client did not take its answer: %s", error)
                return
            log.exception("a request could not be answered")
            if not self.begun:
                self._said = FAILED
                self._end(b"")

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        """WSGI's `start_response`."""
        if exc_info and self.begun:
            raise exc_info[1].with_traceback(exc_info[2])
        self._said = status, headers
        return self.write

    def write(self, part: bytes) -> None:
        """A piece of the body, sent at once."""
        begin = b"" if self.begun else self._begin(None)
        if self._bodyless:
            part = b""
        elif self._chunked and part:
            part = b"%x\r\n%b\r\n" % (len(part), part)
        self._send(begin + part)

    def _send_all(self, result: Iterable[bytes]) -> None:
        gathered: list[bytes] = []
        size = 0
        for part in result:
            gathered.append(part)
            size += len(part)
            if size >= GATHERED_BYTES and not isinstance(result, list):
                self.write(b"".join(gathered))
                gathered, size = [], 0
        self._end(b"".join(gathered))

    def _end(self, rest: bytes) -> None:
        if not self.begun:
            begin = self._begin(len(rest))
            self._send(begin if self._bodyless else begin + rest)
            return
        if rest:
            self.write(rest)
        if self._chunked:
            self._send(b"0\r\n\r\n")

    def _begin(self, length: int | None) -> bytes:
        """The head; `length` of the body where it is known."""
        if self._said is None:
            raise RuntimeError("the application did not begin its answer")
        status, headers = self._said
        lines = [f"{name}: {value}\r\n" for name, value in headers]
        named = {name.lower() for name, _ in headers}
        self._bodyless = self._head.method == "HEAD" or status[:3] in ("204", "304") or status[0] == "1"
        if "date" not in named:
            lines.append(_date(int(time.time())))
        if "content-length" not in named and not self._bodyless:
            self._chunked = length is None
            lines.append("Transfer-Encoding: chunked\r\n" if length is None else f"Content-Length: {length}\r\n")
        self.kept = self.kept and self._keeps()
        if not self.kept:
            lines.append("Connection: close\r\n")
        elif "CONNECTION" in self._head.named:
            lines.append("Connection: keep-alive\r\n")
        begin = f"HTTP/1.1 {status}\r\n{''.join(lines)}\r\n".encode("latin-1")
        self.begun = True
        return begin


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return f"Date: {formatdate(second, usegmt=True)}\r\n"
