"""What several fault tests share: the cables between clients and the desk."""

from collections.abc import Iterator

import pytest

from tests.support.cable import Cable


@pytest.fixture
def cables() -> Iterator[list[Cable]]:
    """The test puts its cables in; all are closed behind it."""
    made: list[Cable] = []
    yield made
    for cable in made:
        cable.close()
