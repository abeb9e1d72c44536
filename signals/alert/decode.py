"""Turns the bytes of a body into text, or says why they are not text."""

from __future__ import annotations

import re

from signals.alert.limits import MAX_BODY_BYTES
from signals.errors import refuse

# Zero-width characters, BOM, NBSP and their kin: they look like nothing and break every comparison.
INVISIBLE = (
    "\u00a0\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u202f\u205f\u2060\u2061\u2066\u2067\u2068\u2069\u3000\ufeff"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_TO_NOTHING_OR_SPACE = {ord(c): " " if c in "\u00a0\u202f\u205f\u3000" else None for c in INVISIBLE}


def text_of(body: bytes, repairs: list[str]) -> str:
    """The text of a body; UTF-8, or UTF-16 when its byte order mark says so. Raises Unusable."""
    if len(body) > MAX_BODY_BYTES:
        raise refuse("body_too_large")
    encoding = "utf-8"
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
        repairs.append("utf16")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        # ED A0..BF starts a surrogate written as if it were a character.
        if re.search(rb"\xed[\xa0-\xbf][\x80-\xbf]", body):
            raise refuse("lone_surrogate") from None
        raise refuse("bad_encoding") from None
    if "\x00" in text:
        raise refuse("nul_character")
    if text.startswith("\ufeff"):
        repairs.append("bom")
        text = text.lstrip("\ufeff")
    if not text.isascii() and _INVISIBLE.search(text):
        repairs.append("invisible_characters")
    return text


def visible(text: str) -> str:
    """The text without invisible characters, special spaces made plain, and trimmed."""
    if text.isascii():
        return text.strip()
    return text.translate(_TO_NOTHING_OR_SPACE).strip()


def trimmed(text: str) -> str:
    """The text without white space and invisible characters at both ends."""
    return text.strip(f" \t\r\n\f\v{INVISIBLE}")
