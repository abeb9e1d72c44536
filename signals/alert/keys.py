"""The delivery key, which tells a resent alert from a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def delivery_key(source: str, redacted: str, query: Mapping[str, str]) -> str:
    """SHA-256 (hex) of source, redacted body and redacted query; each part is preceded by its length,
    so no two different deliveries can share one concatenation."""
    digest = hashlib.sha256()
    parts = [source, redacted]
    for name in sorted(query):
        parts += [name, query[name]]
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(raw))
        digest.update(raw)
    return digest.hexdigest()
