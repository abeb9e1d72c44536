"""Reads the head of an ordinary request in one step; whatever is unusual in it is left to the engine's own reader.

The standard library reads a head with its parser for e-mail, which costs as much as storing what the request brings.
Two readers must never disagree about where a request ends, so this one takes only what has one reading: no field twice,
no transfer encoding, no folded or bare line, no white space out of place. Of what the library then reads,
`request_line_fault`, `Lines` and `head_fault` refuse what a proxy before us could read otherwise.
"""

import re
from email.message import Message
from functools import lru_cache
from typing import Any, NamedTuple

# Possessive, so that no stranger's text takes longer than its length.
_HEAD = re.compile(
    rb"([A-Z]{3,10}+) (/(?!/)[!-~]*+) HTTP/1\.1\r\n((?:[A-Za-z0-9-]{1,100}+: ?[!-~][ -~]*+(?<! )\r\n)++)\r\n"
)
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
# RFC 9112, sections 3 and 5. The libraries part a request line at anything that Python takes for white space, 0x85 and
# 0xA0 among it, and no proxy does.
_REQUEST = re.compile(_TOKEN + rb" [!-~\x80-\x84\x86-\x9f\xa1-\xff]++ HTTP/[0-9]\.[0-9]\r\n")
FIELD = re.compile(_TOKEN + rb":[\t -~\x80-\xff]*+\r\n")
# One of these may stand before a request: some clients end a body with it (RFC 9112, section 2.2).
EMPTY = b"\r\n"
_CONTROL = re.compile(rb"[\0-\x08\x0a-\x1f\x7f]")
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
    fields = lines.split("\r\n")
    fields.pop()
    named: dict[str, str] = {}
    for field in fields:
        name, _, value = field.partition(":")
        named[wsgi_name(name)] = value.lstrip(" ")
    length, connection = named.get("CONTENT_LENGTH", "0"), named.get("CONNECTION")
    kept = _KEPT.get(connection and connection.lower())
    if (
        len(named) != len(fields)
        or kept is None
        or "HOST" not in named
        or not (length.isdigit() and len(length) <= _MOST_DIGITS)
        or any(name in named for name in _UNUSUAL)
        or (method == "HEAD" and int(length) > 0)
    ):
        return None
    line = arrived[: found.start(3)]
    return Head(found.end(), line, method, target, named, kept)


class Ambiguous(ValueError):
    """The head could be another request to a proxy before us; the words say why."""


class Lines:
    """The lines of a head on their way to the library, which is more lenient; `fault` is what is wrong with them."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.fault: str | None = None

    def readline(self, size: int = -1) -> bytes:
        line: bytes = self._reader.readline(size)
        if self.fault is None and line != EMPTY and not FIELD.fullmatch(line):
            self.fault = "a field is folded" if line[:1] in (b" ", b"\t") else _line_fault(line) or "a line is no field"
        return line


def request_line_fault(line: bytes) -> str | None:
    """What is wrong with the first line of a request."""
    return None if _REQUEST.fullmatch(line) else _line_fault(line) or "the first line is not method, target and version"


def _line_fault(line: bytes) -> str | None:
    """What is wrong with a line of a head, as a line (RFC 9112, section 2.2; RFC 9110, section 5.5)."""
    if not line.endswith(b"\r\n"):
        return "a line does not end with CRLF"
    return "a line holds a control character" if _CONTROL.search(line[:-2]) else None


def head_fault(head: Message, version: str) -> str | None:
    """Why a head that the library read is refused (RFC 9112, sections 3.2 and 6.3): hosts, lengths and encodings."""
    lengths = head.get_all("Content-Length", [])
    encodings = head.get_all("Transfer-Encoding", [])
    if len(lengths) + len(encodings) > 1:
        return "the body's length is told twice"
    if not all(length.isascii() and length.strip(" \t").isdigit() for length in lengths):
        return "the body's length is no number"
    # Not a space more: the engines compare the whole value, and would take the body for another request.
    if encodings and (encodings[0].lower() != "chunked" or version != "HTTP/1.1"):
        return "the body's encoding is not chunked, or the version has none"
    hosts = len(head.get_all("Host", []))
    return "the host is not named once" if hosts > 1 or (version == "HTTP/1.1" and not hosts) else None
