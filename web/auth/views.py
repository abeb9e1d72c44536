"""The door for people: the login page, the one-time link, and the end of a session."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web import desk_shapes
from web.answers import answer
from web.auth import secrets
from web.auth.guard import auth, principal, require, who
from web.auth.throttle import door_of
from web.docs import documented
from web.errors import NotAllowed

if TYPE_CHECKING:
    from web.desk import Desk

HOME = "/ml-dashboard"
DEVICE_SECONDS = 365 * 86400


def blueprint(desk: Desk) -> Blueprint:
    """`/login`, `/login/<link>` and `/api/session`."""
    door = Blueprint("auth", __name__)
    password = desk.values.dashboard_password

    @door.get("/login")
    def login() -> Response | str:
        if who() is not None:
            return redirect(wanted_page())
        return page()

    @door.post("/login")
    def enter() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
        refuse_foreign_page()
        keeper = auth()
        name = keeper.cookie_name(keeper.over_https(request.environ))
        at = keeper.known_device(request.cookies.get(f"{name}_device", "")) or door_of(request.remote_addr or "")
        wait = keeper.throttle.wait(at)
        if wait > 0:
            said = "Too many wrong passwords from here. Wait a moment, then try again."
            return page(said), 429, {"Retry-After": str(max(1, round(wait + 0.5)))}
        if not secrets.same(request.form.get("password", ""), password):
            return page("That is not the password." if password else None), 401
        keeper.throttle.right(at)
        return let_in(keeper.sessions.open(request.user_agent.string))

    @door.get("/login/<link>")
    def show_link(link: str) -> str | tuple[str, int]:
        # Mail scanners and previews fetch links: looking must not use this one up.
        if auth().sessions.link_works(link):
            return page(link=link)
        return page("This link was used already, or is too old."), 410

    @door.post("/login/<link>")
    def use_link(link: str) -> Response | tuple[str, int]:
        refuse_foreign_page()
        secret = auth().sessions.open_by_link(link, request.user_agent.string)
        if secret is None:
            return page("This link was used already, or is too old."), 410
        return let_in(secret)

    @door.get("/api/session")
    @documented(
        "Who this is, what they may do, and the value that changes must carry",
        open_to_all=True,
        gives=desk_shapes.Session,
    )
    def session() -> Response:
        found = principal()
        csrf = auth().csrf(found) if found.kind == "session" else None
        scopes = sorted(found.scopes)
        return answer(
            {"principal": found.id, "kind": found.kind, "scopes": scopes, "csrf": csrf, "version": desk.version}
        )

    @door.delete("/api/session")
    @require("read")
    @documented("Log out: the session ends and its sockets close", answers={204: "logged out"})
    def logout() -> Response:
        found = principal()
        keeper = auth()
        response = Response(status=204)
        if found.kind == "session":
            keeper.revoke_session(found.session)
            https = keeper.over_https(request.environ)
            response.delete_cookie(keeper.cookie_name(https), secure=https, httponly=True, samesite="Lax")
        return response

    def page(said: str | None = None, link: str | None = None) -> str:
        return render_template("login.html", said=said, link=link, password=bool(password), hosted=desk.values.hosted)

    def let_in(secret: str) -> Response:
        keeper = auth()
        https = keeper.over_https(request.environ)
        response = redirect(wanted_page(), 303)
        name, device = keeper.cookie_name(https), keeper.device()
        seconds = ceil(desk.values.session_seconds)
        response.set_cookie(name, secret, max_age=seconds, secure=https, httponly=True, samesite="Lax")
        response.set_cookie(
            f"{name}_device", device, max_age=DEVICE_SECONDS, secure=https, httponly=True, samesite="Lax"
        )
        return response

    return door


def refuse_foreign_page() -> None:
    """Raises NotAllowed when the browser says that another site's page sent this form."""
    if auth().from_own_page(request.headers, request.host) is False:
        raise NotAllowed("foreign_origin", "Another web page sent this form.", "Open the desk's own login page.")


def wanted_page() -> str:
    """Where to go after the login: a path of our own, never another site."""
    path = request.values.get("next", "")
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if own else HOME


def login_url() -> str:
    """The login page, remembering where the visitor wanted to go."""
    path = request.full_path.rstrip("?")
    return url_for("auth.login", next=path if path != HOME else None)
