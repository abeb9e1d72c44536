"""`python -m events.archive`: reads what RETENTION_DAYS moved out of the journal, and checks that it is as it was."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from events import wire
from events.archiving import read, verify
from events.clock import parse_rfc3339, rfc3339
from events.errors import EventsError

DEFAULT = Path("data/archive")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 2 wrong usage or a damaged file."""
    asked = _parser().parse_args(arguments)
    paths = asked.paths or [DEFAULT]
    if not asked.paths and not DEFAULT.exists():
        sys.stderr.write(
            f"There is no archive: no {DEFAULT} here. It is made once RETENTION_DAYS is set and facts are older; "
            "with another DATA_DIR name its folder.\n"
        )
        return 0
    try:
        if asked.command == "verify":
            sys.stdout.write(f"{verify(paths)} files are as they were written.\n")
            return 0
        for fact in read(paths, asked.since, asked.until):
            sys.stdout.buffer.write(wire.encode(fact) + b"\n")
        sys.stdout.flush()
    except EventsError as error:
        sys.stderr.write(f"{error.message}. {error.hint}\n")
        return 2
    except BrokenPipeError:  # `| head` has enough; standard output is gone, so Python must not flush it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        sys.stderr.write(f"{error.filename} can't be read ({error.strerror}): name archive files, or their folder.\n")
        return 2
    return 0


def _time(text: str) -> str:
    return rfc3339(parse_rfc3339(text))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m events.archive", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    reading = commands.add_parser("read", help="print the facts, one envelope a line, oldest first")
    reading.add_argument("--from", dest="since", type=_time, metavar="TIME", help="from this time on, RFC 3339")
    reading.add_argument("--to", dest="until", type=_time, metavar="TIME", help="before this time")
    checking = commands.add_parser("verify", help="compare each file with the hash beside it")
    for command in (reading, checking):
        command.add_argument("paths", nargs="*", type=Path, metavar="FILE", help=f"files or folders; {DEFAULT}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
