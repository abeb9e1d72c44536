"""Which versions were read of packages that are leaned on by more than their documents; another one may work.

Of eventlet: `hub.add`, its listener's `greenlet` and `hub.remove` (eventlet_wire.py, eventlet_incoming.py), the green
socket's `fd`, `WSGI_LOCAL.already_handled`, and `HttpProtocol` with its connection's state (eventlet_server.py,
eventlet_head.py). Of gevent: `WSGIHandler`'s steps and attributes, a handler's `socket`, `loop.io` and `loop.timer`
(gevent_server.py, gevent_head.py, gevent_wire.py). There is no other way to run, so another version is only told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from importlib.metadata import version

PINNED = {"eventlet": "0.41.3", "gevent": "26.9.0"}
log = logging.getLogger("runtime")


def others(pinned: Mapping[str, str], installed: Callable[[str], str] = version) -> dict[str, str]:
    """Those that are installed in another version than the one that was read, with it."""
    return {name: found for name, read in pinned.items() if (found := installed(name)) != read}


def tell_other(pinned: Mapping[str, str], installed: Callable[[str], str] = version) -> None:
    """Warn of them."""
    if found := others(pinned, installed):
        log.warning("%s was not tested with this desk: what was is %s", found, {name: pinned[name] for name in found})
