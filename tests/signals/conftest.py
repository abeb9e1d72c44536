"""A desk of its own for each test, on a real SQLite journal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.signals.desk import Desk, database


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(database(tmp_path))
    yield made
    made.journal.close(5.0)
