"""The listening socket, bound before anything slow, so that a host sees the port at once and callers wait in line."""

from __future__ import annotations

import errno
import resource
import socket

BACKLOG = 1024


class ListenError(Exception):
    """The address can't be listened on; the text names the remedy."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ListenError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        raise ListenError(remedy(host, port, error)) from None
    return listener


def remedy(host: str, port: int, error: OSError) -> str:
    """Why not, and what to do."""
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use: stop what listens there, or start with another, such as PORT={port + 1}."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has: use one above 1023, such as PORT=5000."
    return f"HOST={host} can't be listened on ({error.strerror}): use 127.0.0.1, or 0.0.0.0 for every network."


def raise_open_files(wanted: int) -> int:
    """Let this process hold `wanted` sockets if the system allows; returns how many files it may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    target = wanted + 256
    if soft == resource.RLIM_INFINITY or soft >= target:
        return soft
    better = target if hard == resource.RLIM_INFINITY else min(target, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (better, hard))
    return better
