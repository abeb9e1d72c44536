"""The guard before a view: who asks, whether they may, and that no other page made their browser ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import current_app, g, request

from web.auth import secrets
from web.auth.origins import SAFE_METHODS
from web.auth.principal import Principal
from web.auth.service import Auth
from web.errors import NotAllowed, NotAuthenticated

P = ParamSpec("P")
R = TypeVar("R")


def auth() -> Auth:
    """The app's Auth."""
    return cast(Auth, current_app.extensions["desk_auth"])


def who() -> Principal | None:
    """Who asks, looked up once a request."""
    if "principal" not in g:
        keeper = auth()
        g.principal = keeper.authenticate(request.headers, request.cookies, keeper.over_https(request.environ))
    return cast("Principal | None", g.principal)


def principal() -> Principal:
    """Who asks, in a guarded view. Raises NotAuthenticated."""
    found = who()
    if found is None:
        raise NotAuthenticated(
            "not_authenticated",
            "This needs a login or a token.",
            "Open the one-time link (`python web_server.py login-link`), or send `Authorization: Bearer <token>`.",
        )
    return found


def demand(scope: str) -> Principal:
    """Who asks, if they have `scope`. Raises NotAuthenticated or NotAllowed."""
    found = principal()
    if not found.may(scope):
        hint = f"`python web_server.py token --scopes {scope} --name NAME` makes one that may."
        raise NotAllowed("missing_scope", f"This token lacks the scope `{scope}`.", hint)
    return found


def require(scope: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view answer only whoever has `scope`; a cookie also needs proof that the desk's own page asks."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            found = demand(scope)
            if found.kind == "session" and request.method not in SAFE_METHODS:
                check_own_page(found)
            return view(*args, **kwargs)

        cast(Any, guarded).scope = scope
        return guarded

    return decorate


def check_own_page(found: Principal) -> None:
    """Raises NotAllowed unless the desk's own page sent this, with the session's CSRF value."""
    keeper = auth()
    if not keeper.from_own_page(request.headers, request.host):
        raise NotAllowed(
            "foreign_origin", "Another web page asked for this.", "Name its origin in ALLOWED_ORIGINS if it may."
        )
    if not secrets.same(request.headers.get("X-CSRF-Token", ""), keeper.csrf(found)):
        raise NotAllowed("bad_csrf", "The page is out of date.", "Reload it: GET /api/session gives the new value.")
