"""The WSGI app: every room's blueprint, and what surrounds each answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, request

from web import errors, pages, security, webhook
from web.auth import views as auth_views
from web.auth.service import Auth
from web.before_flask import BeforeFlask, Door
from web.proxies import TrustedProxies
from web.tallies import Tally

if TYPE_CHECKING:
    from flask import Response

    from web.desk import Desk

ROOT = Path(__file__).parents[1]


def create_flask(desk: Desk, auth: Auth, take: webhook.Take) -> Flask:
    """The Flask app without the gateway's sockets; `take` takes alerts. Nothing here runs before a request."""
    app = bare_flask(desk, auth)
    app.register_blueprint(webhook.blueprint(take))
    app.register_blueprint(auth_views.blueprint(desk))
    app.register_blueprint(pages.blueprint(desk, ROOT / "static"))
    return app


def bare_flask(desk: Desk, auth: Auth) -> Flask:
    """What surrounds every answer, and no address yet."""
    app = Flask("signaldesk", root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.extensions["desk_auth"] = auth
    app.config["MAX_CONTENT_LENGTH"] = desk.values.max_request_bytes
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.merge_slashes = False  # a doubled slash must never become a redirect: TradingView does not follow one
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    errors.install(app)
    security.install(app, desk)
    count_requests(app, desk)
    return app


def behind_doors(app: Flask, auth: Auth, *doors: Door) -> None:
    """Outside the sockets too: what a door answers is held up by none of them."""
    app.wsgi_app = BeforeFlask(app.wsgi_app, auth, app.extensions["desk_requests"], doors)  # type: ignore[method-assign]


def behind_proxies(app: Flask, desk: Desk) -> None:
    """Outermost, so that the sockets' handshakes see the same address and scheme as Flask does."""
    app.wsgi_app = TrustedProxies(app.wsgi_app, desk.values.trusted_proxies)  # type: ignore[method-assign]


def count_requests(app: Flask, desk: Desk) -> None:
    """Requests by route; never by path, which may hold a token."""
    counted = Tally("desk_requests_total", "Requests by route and status", ["route", "status"], desk.metrics)
    app.extensions["desk_requests"] = counted

    @app.after_request
    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        counted.count(route, str(response.status_code))
        return response
