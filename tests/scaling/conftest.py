"""Desks of several processes, stopped at the end whatever happened to them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.models import named
from tests.support.topology import Topology

MakeTopology = Callable[..., Topology]


@pytest.fixture
def make_topology(tmp_path: Path, template_data_dir: Path, postgres_url: str) -> Iterator[MakeTopology]:
    """Starts `webs` and `workers` on a fresh Postgres; other keywords are settings."""
    made: list[Topology] = []

    def make(webs: int = 2, workers: int = 2, **env: str) -> Topology:
        made.append(Topology(tmp_path, template_data_dir, postgres_url, named(template_data_dir) | env))
        return made[-1].start(webs, workers)

    yield make
    for topology in made:
        topology.stop()
