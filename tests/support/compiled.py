"""What of the server is C, compiled for the tests too where nobody ran set-up, or the source has changed since."""

import pytest

from runtime.fanout import ByC
from scripts import compile as compiling


def by_c() -> ByC:
    """Skips where there is no compiler; what a compiler says against the source is a failure."""
    why = compiling.main()
    if why is not None:
        if not compiling.compiler():
            pytest.skip(why)
        pytest.fail(why)
    return ByC()
