"""Makes the standard library green before anything else is imported: what was imported earlier stays blocking."""

import os
import select
import socket
import sys
import threading
import time
import warnings

# Importing it first keeps the native `start_new_thread`: see its docstring.
import runtime.native  # noqa: F401
from runtime.contract import Mode


def patch(mode: Mode) -> None:
    """Monkey-patch for `mode`; call before any other import. "threads" patches nothing.

    psycopg waits in C: our connections live in native threads, where a green `select` would look for a hub.
    """
    os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_c")
    if mode == "eventlet":
        # A name server asked through eventlet's own resolver would miss hosts files and search domains.
        os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the deprecation banner is for us, not for the user: see docs/decisions
            import eventlet

        eventlet.monkey_patch()
    elif mode == "gevent":
        from gevent import monkey

        monkey.patch_all()
    elif mode != "threads":
        raise ValueError(f"no engine {mode!r}: one of eventlet, gevent, threads")


def assert_patched(mode: Mode) -> None:
    """Raise RuntimeError, naming what is still blocking, unless `patch(mode)` took effect."""
    if mode == "threads":
        return
    green = {
        "socket.socket": socket.socket.__module__,
        "select.select": select.select.__module__,
        "time.sleep": time.sleep.__module__,
        "threading.get_ident": threading.get_ident.__module__,
    }
    blocking = [name for name, module in green.items() if not (module or "").startswith(mode)]
    if blocking:
        early = "psycopg" if "psycopg" in sys.modules else "another module"
        raise RuntimeError(f"{', '.join(blocking)} not patched for {mode}: was {early} imported before patch()?")
