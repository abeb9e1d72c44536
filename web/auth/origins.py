"""Which web pages may act in the owner's name: the desk's own, and those that the settings name."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Headers(Protocol):
    """Whatever a header can be looked up in."""

    def get(self, key: str, /) -> str | None: ...


def origin_allowed(origin: str | None, host: str, base_url: str, allowed: tuple[str, ...]) -> bool:
    """Whether a page at `origin` may connect to the desk reached as `host`. No origin: not a browser's doing."""
    if not origin:
        return True
    origin = origin.lower().rstrip("/")
    if origin in {one.lower() for one in (*allowed, base_url)}:
        return True
    parts = urlsplit(origin)
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        return False
    if (
        base_url.startswith("https://")
        and parts.scheme == "http"
        and _plain(host, "https") == urlsplit(base_url).netloc
    ):
        return False  # a page fetched without TLS under the desk's name may be anybody's
    return _plain(parts.netloc, parts.scheme) == _plain(host.lower(), parts.scheme)


def from_own_page(headers: Headers, host: str, base_url: str, allowed: tuple[str, ...]) -> bool | None:
    """Whether the browser says that the desk's own page asks; None when the client says nothing (no browser)."""
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if origin:
        return origin_allowed(origin, host, base_url, allowed)
    return None if site is None else site == "same-origin"


def _plain(netloc: str, scheme: str) -> str:
    return netloc.removesuffix(DEFAULT_PORTS[scheme])
