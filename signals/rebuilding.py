"""The long part of a rebuild as a child process, so that the server's loop goes on: read, compare, change nothing.

Standard input holds `{"url", "path"}` (a URL may hold a password, which a command line would show), standard output a
line of progress `{"done", "total"}` now and then and at last `{"facts", "differing"}`, or `{"error": {…}}`.
"""

import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from events.databases import database_for
from events.envelope import Fact
from events.errors import EventsError
from events.rebuilding import Projection, Report, Tell, prepare
from events.units import Change
from signals import projection
from trading import accounts

PROJECTIONS: tuple[Projection, ...] = (*projection.PROJECTIONS, *accounts.PROJECTIONS)
TELL_SECONDS = 0.2
NICE = 10  # alerts come first


def changes(fact: Fact) -> list[Change]:
    """Whatever a fact brings to any table."""
    return [*projection.changes(fact), *accounts.changes(fact)]


def prepared(url: str, path: Path, tell: Tell) -> Report:
    """The copy at `path`, compared with the living tables."""
    return prepare(database_for(url), path, PROJECTIONS, changes, tell)


def main() -> int:
    os.nice(NICE)
    asked = json.loads(sys.stdin.read())
    told_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= TELL_SECONDS:
            told_at = time.monotonic()
            say({"done": done, "total": total})

    try:
        say(asdict(prepared(asked["url"], Path(asked["path"]), tell)))
    except EventsError as error:
        say({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
        return 1
    return 0


def say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
