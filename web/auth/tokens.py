"""API tokens: shown once, stored hashed, each with its scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from events.clock import new_id, now_utc, rfc3339
from events.journal import Change, Unit
from web.auth import secrets
from web.auth.principal import OWNER, SCOPES, Principal
from web.errors import BadRequest, NotFound

if TYPE_CHECKING:
    from events.journal import Journal

PREFIX = "desk_"


class Tokens:
    """The tokens in the database, beside the two that the settings imply."""

    def __init__(self, journal: Journal, api_token: str, secret_key: str) -> None:
        self._journal, self._api_token = journal, api_token
        self._local = local_token(secret_key)

    def check(self, token: str) -> Principal | None:
        """Whose token this is; None when nobody's, or revoked."""
        if secrets.same(token, self._api_token):
            return Principal(OWNER, frozenset({"admin"}), "token", "API_TOKEN", "API_TOKEN")
        if secrets.same(token, self._local):
            return Principal(OWNER, frozenset({"admin"}), "token", "local", "commands on this machine")
        if not token.startswith(PREFIX):
            return None
        # The index finds the hash, not the secret: what its timing tells is worth nothing.
        rows = self._journal.query(
            "SELECT id, principal_id, name, scopes FROM tokens WHERE hash = :hash AND revoked_at IS NULL",
            {"hash": secrets.digest(token)},
        )
        if not rows:
            return None
        row = rows[0]
        return Principal(row["principal_id"], frozenset(row["scopes"].split(",")), "token", row["id"], row["name"])

    def make(self, name: str, scopes: list[str]) -> dict[str, Any]:
        """A new token with its secret, which is never shown again. Raises BadRequest for an unknown scope."""
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes or not name.strip() or not name.isprintable():
            hint = f"Scopes are {', '.join(SCOPES)}; a name says whose token it is."
            raise BadRequest("bad_token_request", f"No token without a name and known scopes: {unknown}.", hint)
        secret = PREFIX + secrets.new(32)
        row = {
            "id": new_id(),
            "principal_id": OWNER,
            "name": name.strip()[:80],
            "hash": secrets.digest(secret),
            "scopes": ",".join(scopes),
            "created_at": rfc3339(now_utc()),
        }
        sql = (
            "INSERT INTO tokens (id, principal_id, name, hash, scopes, created_at)"
            " VALUES (:id, :principal_id, :name, :hash, :scopes, :created_at)"
        )
        self._journal.append(Unit(changes=[Change(sql, row)]))
        return {"id": row["id"], "name": row["name"], "scopes": scopes, "token": secret}

    def all(self) -> list[dict[str, Any]]:
        """Every token without its secret, newest first."""
        rows = self._journal.query(
            "SELECT id, name, scopes, created_at, revoked_at FROM tokens ORDER BY created_at DESC"
        )
        return [row | {"scopes": row["scopes"].split(",")} for row in rows]

    def revoke(self, token_id: str) -> None:
        """The token opens nothing from now on. Raises NotFound."""
        if not self._journal.query("SELECT id FROM tokens WHERE id = :id", {"id": token_id}):
            raise NotFound("no_such_token", "There is no token with this id.", "GET /api/tokens lists them.")
        sql = "UPDATE tokens SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL"
        self._journal.append(Unit(changes=[Change(sql, {"id": token_id, "now": rfc3339(now_utc())})]))


def local_token(secret_key: str) -> str:
    """What commands on this machine show the running server: who can read the secret key may do anything anyway."""
    return "local_" + secrets.derive(secret_key, "local-commands")
