"""Who is asking and what they may do: tokens, sessions, login links, the password, origins and CSRF.

May import events (for the tables) and nothing else of the desk. Entry points: `Auth` and the decorator `require`.
"""

from web.auth.guard import require
from web.auth.principal import SCOPES, Principal
from web.auth.service import Auth

__all__ = ["SCOPES", "Auth", "Principal", "require"]
