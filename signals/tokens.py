"""Webhook tokens: derived, never stored, and compared so that the time taken tells nothing."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from functools import lru_cache

CANDIDATES_LOOKED_AT = 8  # a body may hold many secret-like fields; none needs more tries than this


def derive(secret_key: str, source: str, generation: int) -> str:
    """A source's token: 32 lower-case letters and digits (160 bits) from an HMAC-SHA256 under SECRET_KEY."""
    digest = hmac.new(secret_key.encode(), f"webhook/{source}/{generation}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:32]


def match(candidate: str, tokens: Mapping[str, str]) -> str | None:
    """The name whose token this is. Every token is compared in constant time, found or not."""
    given = hashlib.sha256(candidate.encode("utf-8", "surrogatepass")).digest()
    found: str | None = None
    for name, token in tokens.items():
        # Digests of one length, so that a token's length doesn't show either.
        if hmac.compare_digest(given, _digest(token)):
            found = name
    return found


@lru_cache(maxsize=1024)
def _digest(token: str) -> bytes:
    """Of our own tokens, the same for every alert; a stranger's word is never remembered."""
    return hashlib.sha256(token.encode()).digest()


def first_match(candidates: Iterable[str], tokens: Mapping[str, str]) -> str | None:
    """The name of the first candidate that is some source's token."""
    found: str | None = None
    for _, candidate in zip(range(CANDIDATES_LOOKED_AT), candidates, strict=False):
        found = match(candidate, tokens) or found
    return found
