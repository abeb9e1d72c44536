"""Headers that every answer carries, and the place where browsers report what the policy stopped."""

from __future__ import annotations

import logging
import secrets
import time
from collections import deque
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from prometheus_client import Counter

from web import desk_shapes
from web.answers import answer
from web.auth.guard import auth, require
from web.docs import documented

if TYPE_CHECKING:
    from web.desk import Desk

log = logging.getLogger("web.csp")
REPORT_PATH = "/api/csp-reports"
REPORT_BYTES = 8192
REPORTS_KEPT = 50
LOG_SECONDS = 10.0


EVERY_ANSWER = (
    ("X-Content-Type-Options", "nosniff"),
    # Not "no-referrer": under it browsers send `Origin: null` with our own login form, and it would be refused.
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
)
BY_HTTPS = (*EVERY_ANSWER, ("Strict-Transport-Security", "max-age=31536000"))


def headers(*, https: bool) -> tuple[tuple[str, str], ...]:
    """What every answer carries; a browser that came by HTTPS stays with it."""
    return BY_HTTPS if https else EVERY_ANSWER


def nonce() -> str:
    """This answer's nonce, for the few styles that a page inlines."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def policy(style_nonce: str, host: str, https: bool) -> str:
    """The content security policy. `connect-src` names the socket's own host: older browsers don't count it as self."""
    scheme = "wss" if https else "ws"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{style_nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            f"connect-src 'self' {scheme}://{host}",
            "manifest-src 'self'",
            "worker-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            f"report-uri {REPORT_PATH}",
        )
    )


def install(app: Flask, desk: Desk) -> None:
    """Add the headers to every answer, and the report door."""
    counted = Counter("desk_csp_reports_total", "Policy violations that browsers reported", registry=desk.metrics)
    kept: deque[str] = deque(maxlen=REPORTS_KEPT)
    logged = [-LOG_SECONDS]

    @app.after_request
    def protect(response: Response) -> Response:
        https = auth().over_https(request.environ)
        response.headers.update(headers(https=https))
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = policy(nonce(), host(), https)
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.post(REPORT_PATH)
    @documented("Take a browser's report of what the content security policy stopped", open_to_all=True)
    def take_report() -> Response:
        text = request.stream.read(REPORT_BYTES).decode("utf-8", "replace")
        kept.append(text)
        counted.inc()
        if time.monotonic() - logged[0] >= LOG_SECONDS:  # anybody may report, so nobody may fill the log
            logged[0] = time.monotonic()
            log.warning("a browser reported a policy violation: %s", " ".join(text.split())[:500])
        return Response(status=204)

    @app.get(REPORT_PATH)
    @require("admin")
    @documented(
        "The newest reports of the content security policy, as browsers sent them", gives=desk_shapes.PolicyReports
    )
    def reports() -> Response:
        return answer({"items": list(kept), "next": None})


def host() -> str:
    """The request's host, held to what a host may be: it stands in the policy."""
    plain = "".join(c for c in request.host if c.isalnum() or c in ".-:[]")
    return plain if plain == request.host else "localhost"
