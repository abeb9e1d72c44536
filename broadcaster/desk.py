"""Where the desk is and who speaks to it: from arguments, else from SIGNAL_DESK_URL and SIGNAL_DESK_TOKEN."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from broadcaster.errors import BroadcasterError

HERE = "http://127.0.0.1:5000"
SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


@dataclass(frozen=True)
class Desk:
    """`url` is http(s) without a path's slash at its end; the token never shows in a repr."""

    url: str
    token: str = field(repr=False)

    @property
    def socket_url(self) -> str:
        """Where the plain WebSocket is."""
        return "ws" + self.url.removeprefix("http") + "/ws"


def find_desk(url: str | None = None, token: str | None = None) -> Desk:
    """The desk that the arguments or the environment name. BroadcasterError when the URL is none."""
    given = (url or os.environ.get("SIGNAL_DESK_URL") or HERE).strip()
    parts = urlsplit(given)
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise BroadcasterError(
            f"{given!r} is not the address of a desk.", code="bad_url", hint="Such as https://desk.example.com."
        )
    path = parts.path.rstrip("/").removesuffix("/ws")
    base = urlunsplit((SCHEMES[parts.scheme], parts.netloc, path, "", ""))
    return Desk(base, (token or os.environ.get("SIGNAL_DESK_TOKEN") or "").strip())
