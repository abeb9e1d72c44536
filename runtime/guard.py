"""Makes sure that a background task never dies unseen: each engine would lose or print its error in its own way."""

import logging
from collections.abc import Callable
from typing import Any

log = logging.getLogger("runtime")


def guarded(fn: Callable[..., Any], *args: Any) -> None:
    """Run `fn(*args)`; an error is logged once with its traceback. Being killed is not an error."""
    try:
        fn(*args)
    except Exception:
        log.exception("task %s ended with an error", getattr(fn, "__qualname__", fn))
