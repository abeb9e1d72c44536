"""Speaks to a running desk over one kept-alive connection, on the standard library alone."""

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

TRADINGVIEW_GIVES_UP_S = 3.0
TRADINGVIEW_AGENT = "Go-http-client/1.1"


class Unreachable(Exception):
    """No answer: refused, reset or timed out. `message` is for people and holds no token."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code, self.message = "unreachable", message


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, parsed body (empty unless a JSON object), and how long it took in seconds."""

    status: int
    body: Mapping[str, Any]
    seconds: float

    @property
    def code(self) -> str:
        """The refusal's reason code, else the status."""
        error = self.body.get("error")
        return str(error.get("code")) if isinstance(error, dict) else f"http_{self.status}"


class DeskClient:
    """One connection that is opened when needed, kept, and opened again when the server closed it while idle."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = TRADINGVIEW_GIVES_UP_S,
        looks_like: str = "http://host:port/webhook/<token>",
    ) -> None:
        """`looks_like` is shown with the ValueError for an address that can't be used."""
        try:
            self._url: SplitResult = urlsplit(url)
            usable = self._url.scheme in ("http", "https") and bool(self._url.hostname) and self._url.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ValueError(f"{url[:80]!r} can't be used: the address must look like {looks_like}.")
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    @property
    def place(self) -> str:
        """Host and port, without the path: the path may hold a token."""
        return self._url.netloc.rpartition("@")[2]

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def post(
        self, body: bytes, content_type: str, *, query: Mapping[str, str] | None = None, path: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:  # fmt: skip
        """One POST, sent once; query fields are added to those of the address. Raises Unreachable."""
        path = self._url.path or "/" if path is None else path
        asked = "&".join(part for part in (self._url.query, urlencode(query or {})) if part)
        sent = {"Content-Type": content_type, "User-Agent": TRADINGVIEW_AGENT, **(headers or {})}
        began = perf_counter()
        fresh = self._connection is None
        try:
            status, raw = self._exchange(f"{path}?{asked}" if asked else path, body, sent)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            self.close()
            if fresh:
                raise Unreachable(f"{self.place} closed the connection without an answer.") from error
            # The server closed a connection that had been idle; nothing of this request was answered, and the same
            # bytes within 30 s are one alert to it in any case.
            return self.post(body, content_type, query=query, path=path, headers=headers)
        except (TimeoutError, OSError, http.client.HTTPException) as error:
            self.close()
            what = "gave no answer in time" if isinstance(error, TimeoutError) else "can't be reached"
            raise Unreachable(f"{self.place} {what}.") from error
        return Reply(status, _object(raw), perf_counter() - began)

    def _exchange(self, target: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        if self._connection is None:
            kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
            self._connection = kind(self._url.hostname or "", self._url.port, timeout=self._timeout)
            self._connection.connect()
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.request("POST", target, body, dict(headers))
        answer = self._connection.getresponse()
        raw = answer.read()
        if answer.will_close:
            self.close()
        return answer.status, raw


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(raw)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def content_type(body: bytes) -> str:
    """As TradingView declares it: JSON only when the text is strictly valid JSON."""
    try:
        json.loads(body, parse_constant=_refuse)
    except ValueError:
        return "text/plain; charset=utf-8"
    return "application/json; charset=utf-8"


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
