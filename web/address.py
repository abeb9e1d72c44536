"""Where people reach the desk, as far as it can know: PUBLIC_URL, else how whoever asks came, else this machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import has_request_context, request

if TYPE_CHECKING:
    from web.desk import Values

HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
OWN_MACHINE = re.compile(r"(?:localhost|127\.[0-9.]+|\[::1\])(?::[0-9]+)?", re.IGNORECASE)
SET_IT = {
    None: "start with PUBLIC_URL={url}, and with TRUSTED_PROXIES=1 behind a proxy or a tunnel",
    "heroku": "heroku config:set PUBLIC_URL={url}",
    "railway": "railway variables --set PUBLIC_URL={url}",
}
FIND_IT = {
    "heroku": "`heroku apps:info` shows the address",
    "railway": "generate a domain in the service's Settings, Networking; the next deploy then knows it by itself",
}


def shown(values: Values) -> str:
    """The desk's address without a slash at its end; empty on a host that does not tell it, outside a request.

    Without PUBLIC_URL it is what the asker's own request said, so it is for that asker's eyes and nobody else's: it
    must not be stored, mailed or told to others, because a client writes its Host header as it likes.
    """
    if values.public_url:
        return values.public_url
    if host := _host():
        return f"{request.scheme}://{host}"
    return "" if values.hosted else values.base_url


def notice(values: Values) -> str | None:
    """What to set where the desk can't be sure of its address; None where it is, or nobody else can come."""
    if values.public_url:
        return None
    host = _host()
    if values.hosted is None and (not host or OWN_MACHINE.fullmatch(host)):
        return None
    set_it = SET_IT[values.hosted].format(url=f"https://{host}" if host else "https://…")
    if host:
        return f"PUBLIC_URL is not set, so the address below is the one you came by. Set it once: {set_it}"
    find_it = FIND_IT[values.hosted or ""]
    return f"PUBLIC_URL is not set, so this process does not know its address: {set_it} ({find_it})."


def _host() -> str:
    """Whom the request at hand says that it asks; empty without a request, or where that is no host's name."""
    host = request.environ.get("HTTP_HOST", "") if has_request_context() else ""
    return host if HOST.fullmatch(host) else ""
