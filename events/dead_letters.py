"""Facts that a follower could not handle, kept so that they can be tried again once the cause is mended."""

from typing import Any

from events.clock import now_utc, rfc3339
from events.journal import Change, Journal, Unit

SHOWN = 200
KEEP = """
INSERT INTO dead_letters (id, follower, seq, attempts, error, at, state)
VALUES (:id, :follower, :seq_of, :attempts, :error, :at, 'waiting')
"""
_ASK = "UPDATE dead_letters SET state = 'asked', at = :at WHERE id = :id AND state = 'waiting'"
_HANDLED = "UPDATE dead_letters SET state = 'handled', at = :at WHERE id = :id"
_FAILED = """
UPDATE dead_letters SET state = 'waiting', attempts = attempts + 1, error = :error, at = :at WHERE id = :id
"""
_LIST = "SELECT id, follower, seq, attempts, error, at, state FROM dead_letters ORDER BY seq DESC, id DESC LIMIT :most"
_ONE = "SELECT id, follower, seq, attempts, error, at, state FROM dead_letters WHERE id = :id"
_ASKED = """
SELECT id, seq FROM dead_letters WHERE follower = :follower AND state = 'asked' ORDER BY seq, id LIMIT 1
"""


def newest(journal: Journal) -> list[dict[str, Any]]:
    """`{id, follower, seq, attempts, error, at, state}`, state being waiting, asked or handled; at most 200."""
    return journal.query(_LIST, {"most": SHOWN})


def one(journal: Journal, id: str) -> dict[str, Any] | None:
    found = journal.query(_ONE, {"id": id})
    return found[0] if found else None


def ask(journal: Journal, id: str) -> None:
    """Have the letter's follower, whichever process runs it, try it once more. Raises NotStored."""
    journal.append(Unit(changes=[Change(_ASK, {"id": id, "at": _now()})]))


def asked(journal: Journal, follower: str) -> dict[str, Any] | None:
    """The oldest letter that this follower is asked to try again: `{id, seq}`."""
    found = journal.query(_ASKED, {"follower": follower})
    return found[0] if found else None


def handled(id: str) -> Change:
    """To be committed with what the fact brought."""
    return Change(_HANDLED, {"id": id, "at": _now()})


def failed(id: str, error: str) -> Change:
    """Back to waiting, with the newest error."""
    return Change(_FAILED, {"id": id, "error": error, "at": _now()})


def _now() -> str:
    return rfc3339(now_utc())
