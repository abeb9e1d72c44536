"""Logins: their rows in the database, and the cookie that names one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from events.clock import now_utc, rfc3339
from events.journal import Change, Unit
from web.auth import secrets
from web.auth.principal import OWNER

if TYPE_CHECKING:
    from events.journal import Journal

INSERT = (
    "INSERT INTO sessions (id_hash, principal_id, created_at, expires_at, last_seen_at, user_agent)"
    " VALUES (:id_hash, :principal_id, :now, :expires_at, :now, :user_agent)"
)
# A link opens one session: whoever's stamp is on it, and the stamp is set at most once.
STAMP_LINK = "UPDATE login_links SET used_at = :stamp WHERE hash = :hash AND used_at IS NULL AND expires_at > :now"
INSERT_FOR_LINK = (
    "INSERT INTO sessions (id_hash, principal_id, created_at, expires_at, last_seen_at, user_agent)"
    " SELECT :id_hash, :principal_id, :now, :expires_at, :now, :user_agent"
    " FROM login_links WHERE hash = :hash AND used_at = :stamp"
)


@dataclass(frozen=True)
class Session:
    """`key` is the hash that names the session inside; `expires_at` is RFC 3339."""

    key: str
    principal_id: str
    expires_at: str


class Sessions:
    """Sessions and one-time login links. All times are UTC text, which sorts as it reads."""

    def __init__(self, journal: Journal, session_seconds: float, link_seconds: float) -> None:
        self._journal, self._seconds, self._link_seconds = journal, session_seconds, link_seconds

    def open(self, user_agent: str) -> str:
        """A new session; returns the secret for the cookie."""
        secret, params = self._new(user_agent)
        self._journal.append(Unit(changes=[Change(INSERT, params)]))
        return secret

    def make_link(self) -> str:
        """The secret of a new one-time login link; links that ended long ago are forgotten on the way."""
        secret, now = secrets.new(24), now_utc()
        changes = [
            Change("DELETE FROM login_links WHERE expires_at < :old", {"old": rfc3339(now - timedelta(days=1))}),
            Change(
                "INSERT INTO login_links (hash, created_at, expires_at) VALUES (:hash, :now, :expires_at)",
                {
                    "hash": secrets.digest(secret),
                    "now": rfc3339(now),
                    "expires_at": rfc3339(now + timedelta(seconds=self._link_seconds)),
                },
            ),
        ]
        self._journal.append(Unit(changes=changes))
        return secret

    def link_works(self, link: str) -> bool:
        """Whether the link is unused and young; looking does not use it."""
        rows = self._journal.query(
            "SELECT hash FROM login_links WHERE hash = :hash AND used_at IS NULL AND expires_at > :now",
            {"hash": secrets.digest(link), "now": rfc3339(now_utc())},
        )
        return bool(rows)

    def open_by_link(self, link: str, user_agent: str) -> str | None:
        """Use the link up: the new session's secret, or None when it was used or is too old. Of two racers one wins."""
        secret, params = self._new(user_agent)
        params |= {"hash": secrets.digest(link), "stamp": f"{params['now']} {params['id_hash'][:16]}"}
        stamp = {name: params[name] for name in ("hash", "stamp", "now")}
        self._journal.append(Unit(changes=[Change(STAMP_LINK, stamp), Change(INSERT_FOR_LINK, params)]))
        return secret if self.find(secret) else None

    def find(self, secret: str) -> Session | None:
        """The living session that a cookie's secret names."""
        rows = self._journal.query(
            "SELECT id_hash, principal_id, expires_at FROM sessions"
            " WHERE id_hash = :id_hash AND revoked_at IS NULL AND expires_at > :now",
            {"id_hash": secrets.digest(secret), "now": rfc3339(now_utc())},
        )
        return Session(rows[0]["id_hash"], rows[0]["principal_id"], rows[0]["expires_at"]) if rows else None

    def revoke(self, key: str) -> None:
        """Log out."""
        sql = "UPDATE sessions SET revoked_at = :now WHERE id_hash = :key AND revoked_at IS NULL"
        self._journal.append(Unit(changes=[Change(sql, {"key": key, "now": rfc3339(now_utc())})]))

    def _new(self, user_agent: str) -> tuple[str, dict[str, str]]:
        secret, now = secrets.new(32), now_utc()
        return secret, {
            "id_hash": secrets.digest(secret),
            "principal_id": OWNER,
            "now": rfc3339(now),
            "expires_at": rfc3339(now + timedelta(seconds=self._seconds)),
            "user_agent": user_agent[:200],
        }
