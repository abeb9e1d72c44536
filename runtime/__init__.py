"""The engine (eventlet, gevent or plain threads) behind one small object, so that no other package knows which runs.

Imports nothing of ours; the only place that imports eventlet or gevent. Entry points: `patch(mode)` before any other
import, then `make(mode)` once in the roof. What needs no engine is imported by its own name, such as `runtime.fanout`.
"""

from runtime.contract import Connection, Lane, Mode, Runtime, Server, Task, Waiter, Wire, WSGIApp
from runtime.patching import assert_patched, patch
from runtime.versions import PINNED, others, tell_other

__all__ = [
    "Connection",
    "Lane",
    "Mode",
    "Runtime",
    "Server",
    "Task",
    "WSGIApp",
    "Waiter",
    "Wire",
    "assert_patched",
    "make",
    "others",
    "patch",
    "tell_other",
]


def make(mode: Mode) -> Runtime:
    """The runtime of `mode`. "threads" is plain threads, for command-line tools and unit tests."""
    tell_other({name: read for name, read in PINNED.items() if name == mode})
    if mode == "eventlet":
        from runtime.eventlet_engine import EventletRuntime

        return EventletRuntime()
    if mode == "gevent":
        from runtime.gevent_engine import GeventRuntime

        return GeventRuntime()
    if mode == "threads":
        from runtime.threads_engine import ThreadsRuntime

        return ThreadsRuntime()
    raise ValueError(f"no engine {mode!r}: one of eventlet, gevent, threads")
