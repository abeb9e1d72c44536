"""How secrets are made, derived and compared: in one place, so that nobody compares one with `==`."""

from __future__ import annotations

import hashlib
import hmac
import secrets

new = secrets.token_urlsafe


def digest(secret: str) -> str:
    """What is stored instead of a secret. Made for random secrets of 128 bits or more, so one hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def derive(key: str, purpose: str) -> str:
    """A value that only the holder of `key` can make; `purpose` keeps uses apart."""
    return hmac.new(key.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def same(given: str, wanted: str) -> bool:
    """Equal, in a time that tells nothing, not even the length. An empty `wanted` equals nothing."""
    return bool(wanted) and hmac.compare_digest(digest(given), digest(wanted))
