"""Who is really asking: forwarded headers count only as far as the configured number of proxies wrote them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

WSGIApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class TrustedProxies:
    """Sets REMOTE_ADDR and the scheme from what `hops` trusted proxies appended; with 0 hops the headers are ignored.

    A proxy appends on the right, so the entry that the outermost trusted one wrote is `hops` from the right, and
    whatever a client forged stands to its left.
    """

    def __init__(self, app: WSGIApp, hops: int) -> None:
        self._app, self._hops = app, hops

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        addresses, schemes = environ.pop("HTTP_X_FORWARDED_FOR", ""), environ.pop("HTTP_X_FORWARDED_PROTO", "")
        if self._hops:
            self._believe(environ, _entries(addresses), _entries(schemes))
        return self._app(environ, start_response)

    def _believe(self, environ: dict[str, Any], addresses: list[str], schemes: list[str]) -> None:
        if len(addresses) >= self._hops:
            environ["REMOTE_ADDR"] = addresses[-self._hops]
        if schemes:
            # Many proxies set this header instead of appending to it, so fewer entries than hops are normal.
            scheme = schemes[-min(self._hops, len(schemes))].lower()
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme


def _entries(header: str) -> list[str]:
    return [entry.strip() for entry in header.split(",") if entry.strip()]
