"""One starter model for all tests of this package, trained once."""

import pytest

from ml.starter import build
from ml.training import Trained


@pytest.fixture(scope="session")
def starter() -> Trained:
    return build()
