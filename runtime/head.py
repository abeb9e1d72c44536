"""Reads the head of an ordinary request in one step; whatever is unusual in it is left to the engine's own reader.

The standard library reads a head with its parser for e-mail, which costs as much as storing what the request brings.
Two readers must never disagree about where a request ends, so this one takes only what has one reading: no field twice,
no transfer encoding, no folded or bare line, no white space out of place.
"""

import re
from email.errors import MissingHeaderBodySeparatorDefect
from email.message import Message
from functools import lru_cache
from typing import NamedTuple

# Possessive, so that no stranger's text takes longer than its length.
_HEAD = re.compile(
    rb"([A-Z]{3,10}+) (/(?!/)[!-~]*+) HTTP/1\.1\r\n((?:[A-Za-z0-9-]{1,100}+: ?[!-~][ -~]*+(?<! )\r\n)++)\r\n"
)
# With these the body's length is not a number, or the connection becomes something else.
_UNUSUAL = ("TRANSFER_ENCODING", "EXPECT", "UPGRADE")
_KEPT = {None: True, "keep-alive": True, "close": False}
_MOST_DIGITS = 15


class Head(NamedTuple):
    """An ordinary request up to its body: the bytes that took, and whether another may follow on its connection."""

    size: int
    line: bytes
    method: str
    target: str
    fields: tuple[tuple[str, str], ...]  # as they came
    named: dict[str, str]  # by the names that WSGI gives them, such as CONTENT_TYPE
    kept: bool

    def get(self, name: str, default: str | None = None) -> str | None:
        """A field by its name in any case, as the library's own heads answer."""
        return self.named.get(wsgi_name(name), default)


@lru_cache(maxsize=1024)
def wsgi_name(name: str) -> str:
    """CONTENT_TYPE for Content-Type."""
    return name.replace("-", "_").upper()


def ordinary(arrived: bytes) -> Head | None:
    """The head at the beginning of what has arrived; None when it is not whole yet, or not ordinary."""
    found = _HEAD.match(arrived)
    if found is None:
        return None
    method, target, lines = (part.decode("ascii") for part in found.groups())
    fields: list[tuple[str, str]] = []
    named: dict[str, str] = {}
    for line in lines.split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        value = value.lstrip(" ")
        fields.append((name, value))
        named[wsgi_name(name)] = value
    length, connection = named.get("CONTENT_LENGTH", "0"), named.get("CONNECTION")
    kept = _KEPT.get(connection and connection.lower())
    if (
        len(named) != len(fields)
        or kept is None
        or not (length.isdigit() and len(length) <= _MOST_DIGITS)
        or any(name in named for name in _UNUSUAL)
        or (method == "HEAD" and int(length) > 0)
    ):
        return None
    line = arrived[: found.start(3)]
    return Head(found.end(), line, method, target, tuple(fields), named, kept)


def ambiguous(head: Message) -> bool:
    """Whether a head that the library read could be another request to a proxy before us: such a one is refused.

    RFC 9112, sections 5 and 6.3: a length that is told twice, is no plain number or stands beside an encoding, another
    encoding than chunked, a folded field, and a line that is none, behind which the library reads no further.
    """
    lengths = head.get_all("Content-Length", [])
    encodings = [value.strip().lower() for value in head.get_all("Transfer-Encoding", [])]
    return (
        len(lengths) + len(encodings) > 1
        or not all(length.isascii() and length.strip(" \t").isdigit() for length in lengths)
        or not all(encoding == "chunked" for encoding in encodings)
        or any("\n" in value or "\r" in value for value in head.values())
        or any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in head.defects)
    )
