"""Who was recognised: the one shape that the guard, the gateway and the publishers agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SCOPES = ("read", "publish", "signal", "report", "trade", "admin")
# One user now; the id stands on tokens, sessions and preferences from the first schema on.
OWNER = "owner"


@dataclass(frozen=True)
class Principal:
    """`session` names the login or the token, so that whatever hangs on it can be closed when it ends."""

    id: str
    scopes: frozenset[str]
    kind: Literal["session", "token"]
    session: str
    name: str = ""

    def may(self, scope: str) -> bool:
        """Admin implies every scope."""
        return scope in self.scopes or "admin" in self.scopes
