"""Journals for tests: plain threads unless a test is about an engine, on SQLite and on a real Postgres."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import runtime
from events.envelope import Fact
from events.journal import Entry, Journal, Unit, open_journal
from runtime import Runtime

OpenJournal = Callable[[str], Journal]


def fact(text: str = "hello", type: str = "event", **more: object) -> Fact:
    """A fact that any script might publish."""
    fields = {"source": "test", "data": {"event_type": "info"}} | more
    return Fact(type=type, message=text, **fields)  # type: ignore[arg-type]


def unit(*facts: Fact, once: bool = False) -> Unit:
    return Unit([Entry(one, once=once) for one in facts])


@pytest.fixture(scope="session")
def threads() -> Runtime:
    return runtime.make("threads")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    """A fresh database, SQLite then Postgres."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def opened(threads: Runtime) -> Iterator[OpenJournal]:
    """Opens journals and closes them all at the end."""
    journals: list[Journal] = []

    def open_one(url: str) -> Journal:
        journals.append(open_journal(url, threads, poll_seconds=0.02))
        return journals[-1]

    yield open_one
    for journal in journals:
        journal.close(5.0)


@pytest.fixture
def journal(opened: OpenJournal, url: str) -> Journal:
    return opened(url)
