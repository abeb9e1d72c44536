"""Connections for tests of what sends by them."""

from collections.abc import Iterator

import pytest

from tests.runtime.pairs import Pair, Pairs, pair


@pytest.fixture
def pairs() -> Iterator[Pairs]:
    """Makes connections that are gone after the test."""
    made: list[Pair] = []

    def several(count: int) -> list[Pair]:
        made.extend(pair() for _ in range(count))
        return made[len(made) - count :]

    yield several
    for one in made:
        one.near.close()
        one.far.close()
