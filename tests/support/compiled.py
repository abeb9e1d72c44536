"""What of the server is C, compiled for the tests too where nobody ran set-up, or the source has changed since."""

import pytest

from runtime.fanout import ByC
from scripts import compile as compiling


def by_c() -> ByC:
    """Skips where there is no compiler, or no place for what it makes; one that fails is a failure."""
    why = compiling.main()
    if why is not None:
        if " failed: " in why:
            pytest.fail(why)
        pytest.skip(why)
    return ByC()
