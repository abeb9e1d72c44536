"""Authentication as the rest of `web` sees it: one object that knows every way to be recognised."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from events.clock import now_utc, parse_rfc3339, rfc3339
from events.errors import EventsError
from web.auth import origins, secrets
from web.auth.principal import Principal
from web.auth.sessions import Sessions
from web.auth.throttle import Throttle
from web.auth.tokens import Tokens

if TYPE_CHECKING:
    from web.desk import Desk


log = logging.getLogger("web.auth")
# Longer than the clocks of two machines may differ, and than a database may be away without anybody noticing.
REVOKED_WINDOW = timedelta(minutes=15)
REVOKED = (
    "SELECT id AS key FROM tokens WHERE revoked_at > :since"
    " UNION ALL SELECT id_hash AS key FROM sessions WHERE revoked_at > :since"
)


class Auth:
    """Recognises tokens and sessions, and says when one ended."""

    def __init__(self, desk: Desk) -> None:
        self._values, self._runtime, self._journal = desk.values, desk.runtime, desk.journal
        self._revoked: frozenset[str] = frozenset()
        self.tokens = Tokens(desk.journal, self._values.api_token, self._values.secret_key)
        self.sessions = Sessions(desk.journal, self._values.session_seconds, self._values.login_link_seconds)
        self.throttle = Throttle(self._values.login_attempts, self._values.login_refill_seconds, time.monotonic)
        self._when_revoked: list[Callable[[str], None]] = []
        self._living: dict[str, float] = {}
        self._watching = False
        # By its port, which tells several desks on one machine apart; but by the secret where several processes serve
        # one desk, and on a platform, which may give another port at each start.
        own = self._values.role == "all" and self._values.hosted is None
        self._mark = str(self._values.port) if own else secrets.derive(self._values.secret_key, "cookie")[:8].lower()

    # Who is asking
    def authenticate(self, headers: origins.Headers, cookies: Mapping[str, str], https: bool) -> Principal | None:
        """Whoever the `Authorization` header names, else the cookie's session. A wrong header is nobody."""
        given = headers.get("Authorization")
        if given:
            return self.by_header(given)
        secret = cookies.get(self.cookie_name(https))
        return self._of_session(secret) if secret else None

    def by_header(self, authorization: str) -> Principal | None:
        """Whom an `Authorization` header names; only `Bearer` is known."""
        scheme, _, token = authorization.partition(" ")
        return self.check_token(token.strip()) if scheme.lower() == "bearer" else None

    def check_token(self, token: str) -> Principal | None:
        """Whose API token this is."""
        return self.tokens.check(token)

    def check_session_cookie(self, environ: Mapping[str, Any]) -> Principal | None:
        """Whose session the WSGI request's cookie names."""
        try:
            jar = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        except CookieError:
            return None
        morsel = jar.get(self.cookie_name(self.over_https(environ)))
        return self._of_session(morsel.value) if morsel else None

    def _of_session(self, secret: str) -> Principal | None:
        found = self.sessions.find(secret)
        if found is None:
            return None
        self._living[found.key] = parse_rfc3339(found.expires_at).timestamp()
        return Principal(found.principal_id, frozenset({"admin"}), "session", found.key, "dashboard")

    # Where from
    def over_https(self, environ: Mapping[str, Any]) -> bool:
        """Whether the browser came by HTTPS: a trusted proxy says so, or it used the public HTTPS name."""
        if environ.get("wsgi.url_scheme") == "https":
            return True
        return self._values.https and environ.get("HTTP_HOST") == urlsplit(self._values.base_url).netloc

    def origin_allowed(self, origin: str | None, host: str) -> bool:
        """Whether a page at `origin` may connect; True without an origin (not a browser)."""
        return origins.origin_allowed(origin, host, self._values.base_url, self._values.allowed_origins)

    def from_own_page(self, headers: origins.Headers, host: str) -> bool | None:
        """Whether the browser says that an allowed page asks; None when it says nothing."""
        return origins.from_own_page(headers, host, self._values.base_url, self._values.allowed_origins)

    # What browsers carry
    def cookie_name(self, https: bool) -> str:
        """`__Host-` binds it to this very host. Cookies ignore ports, so the name tells desks on one host apart."""
        name = f"signaldesk_{self._mark}"
        return f"__Host-{name}" if https else name

    def csrf(self, principal: Principal) -> str:
        """What the page must send back with every change it makes in this session."""
        return secrets.derive(self._values.secret_key, f"csrf/{principal.session}")

    def device(self) -> str:
        """A mark for a browser that has logged in, so that strangers' guesses don't slow it down."""
        mark = secrets.new(12)
        return f"{mark}.{secrets.derive(self._values.secret_key, f'device/{mark}')}"

    def known_device(self, cookie: str) -> str | None:
        """The door of a browser that has logged in before; None when the mark is not ours."""
        mark, _, proof = cookie.partition(".")
        ours = secrets.same(proof, secrets.derive(self._values.secret_key, f"device/{mark}"))
        return f"device {mark}" if ours else None

    # When it ends
    def on_revoked(self, callback: Callable[[str], None]) -> None:
        """Call back with `Principal.session` when a session or a token ends, at most a second later."""
        self._when_revoked.append(callback)

    def revoke_session(self, key: str) -> None:
        """Log out: the row ends, and everything that hangs on it is told."""
        self.sessions.revoke(key)
        self._ended(key)

    def revoke_token(self, token_id: str) -> None:
        """End a token likewise. Raises NotFound."""
        self.tokens.revoke(token_id)
        self._ended(token_id)

    def watch(self) -> None:
        """Until `stop`: tell of sessions whose time is over, and of what another process of the desk revoked."""
        self._watching = True
        while self._watching:
            now = time.time()
            for key in [key for key, until in self._living.items() if until <= now]:
                self._ended(key)
            if self._journal.dialect == "postgresql":
                self._hear_of_revoked()
            self._runtime.sleep(self._values.session_check_seconds)

    def _hear_of_revoked(self) -> None:
        """Every request asks the database by itself; a socket that is open already must be told."""
        since = {"since": rfc3339(now_utc() - REVOKED_WINDOW)}
        try:
            found = frozenset(row["key"] for row in self._journal.query(REVOKED, since))
        except EventsError as error:
            log.debug("what was revoked can't be read: %s", error.message)
            return
        for key in found - self._revoked:
            self._ended(key)
        self._revoked = found

    def stop(self) -> None:
        self._watching = False

    def _ended(self, key: str) -> None:
        self._living.pop(key, None)
        for callback in self._when_revoked:
            callback(key)
