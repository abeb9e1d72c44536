"""What a client says when it comes: what it wants, where it stands, how much of the past it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from web.gateway.errors import BadMessage
from web.gateway.joining import Position
from web.gateway.rooms import Subscription, subscription

if TYPE_CHECKING:
    from web.auth import Principal

HISTORY = 100
HISTORY_MOST = 1_000
# Any of these may come; who may not read hears the answers to what it says, and nothing else.
SPEAKING = ("read", "publish", "signal", "report")


@dataclass(frozen=True)
class Greeting:
    """`history`: how many of the newest facts it wants before what follows; 0 is none."""

    wanted: Subscription
    position: Position | None
    history: int

    @classmethod
    def read(cls, asked: Mapping[str, Any]) -> Greeting:
        """From the fields of `auth` or of the address. Raises BadMessage."""
        wanted = subscription(asked.get("types"), asked.get("symbols"))
        return cls(wanted, Position.read(asked.get("epoch"), asked.get("seq")), history(asked.get("history")))


def history(asked: Any) -> int:
    """A number, or `true` for the usual one. Raises BadMessage."""
    if isinstance(asked, bool) or asked is None:
        return HISTORY if asked else 0
    if isinstance(asked, str) and asked.isdigit() and len(asked) < 9:
        asked = int(asked)
    if not isinstance(asked, int) or asked < 0:
        raise BadMessage("bad_message", "`history` is no number of events.", f"0 to {HISTORY_MOST}, such as {HISTORY}.")
    return min(asked, HISTORY_MOST)


def may_come(principal: Principal) -> bool:
    """Whether there is anything that this one may do on a live connection."""
    return any(principal.may(scope) for scope in SPEAKING)
