"""What the API answers about long jobs, as models: how far each is, and what came of it.

Held and used as `web/shapes.py` says.
"""

from __future__ import annotations

from pydantic import Field

from events.types.passing import JobProgress
from web.shapes import Answer


class MissedAlert(Answer):
    """A logged alert that was never received; `line` in the file, `text` its beginning without secrets."""

    line: int
    at: str
    symbol: str
    text: str


class BackfillReport(Answer):
    """An alert log compared with what was received. `items` are the first of the missing ones; `unusable` and
    `refused` count by reason code; `stored` is null while nothing was asked to be stored."""

    source: str
    rows: int
    found: int
    missing: int
    unusable: dict[str, int]
    begin: str | None = Field(alias="from")
    to: str | None
    items: list[MissedAlert]
    stored: int | None
    refused: dict[str, int]


class RebuildReport(Answer):
    """`mended`: rows put right, by table; `hint` says what to do when there were any."""

    facts: int
    mended: dict[str, int]
    seconds: float
    hint: str


class ArchiveReport(Answer):
    """How many facts were packed into how many files, and the first that stayed."""

    archived: int
    files: int
    first: int


class Jobs(Answer):
    items: list[JobProgress]
    next: None


class JobWhole(JobProgress):
    """`result` is null until the job is done; what it holds depends on the job."""

    result: BackfillReport | RebuildReport | ArchiveReport | None
