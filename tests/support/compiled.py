"""What of the server is C: set-up made it where it found a compiler."""

import pytest

from runtime import fanout

needs_compiled = pytest.mark.skipif(
    not fanout.library(fanout.FOLDER).exists(),
    reason="no C compiler was there at set-up (Debian: apt-get install gcc libc6-dev)",
)
