"""Spares the start what other people's packages load for things that the desk never does."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*packages: str) -> Iterator[None]:
    """While this holds, `packages` seem not to be installed, so that what can do without them does.

    One that is loaded already stays as it is. For imports at the start, in the main thread.
    """
    hidden = [name for name in packages if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's own sign for "can't be imported"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
