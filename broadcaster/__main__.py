"""One event from a shell: `python -m broadcaster "BUY 100 AAPL" --type order --field ticker=AAPL`."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from typing import Any

from broadcaster.client import Broadcaster
from broadcaster.desk import find_desk
from broadcaster.errors import BroadcasterError, NoToken
from broadcaster.item import LEVELS


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the desk has it, 1 when it could not be delivered (why is on stderr), 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="broadcaster", description="Tell a Signal Desk what happened.")
    parser.add_argument("message")
    parser.add_argument("--type", default="info", help="scan, strategy, order, profit, rebalance, info, warning, error")
    parser.add_argument("--level", default="INFO", type=str.upper, choices=LEVELS)
    parser.add_argument("--field", action="append", default=[], metavar="NAME=VALUE", help="may be given repeatedly")
    parser.add_argument("--source", default="shell", help="who says it")
    parser.add_argument("--url", help="the desk (SIGNAL_DESK_URL, else this machine)")
    parser.add_argument("--token", help="better in SIGNAL_DESK_TOKEN, where other users can't see it")
    parser.add_argument("--timeout", type=float, default=10.0, help="seconds to wait for the desk")
    given = parser.parse_args(arguments)
    try:
        fields = dict(field(one) for one in given.field)
        if not find_desk(given.url, given.token).token:
            raise NoToken
    except (ValueError, BroadcasterError) as error:
        parser.error(str(error))
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    speaker = Broadcaster(given.source, url=given.url, token=given.token)
    speaker.broadcast(given.type, given.message, given.level, fields)
    delivered = speaker.close(given.timeout)
    return 0 if delivered and not speaker.stats.refused else 1


def field(text: str) -> tuple[str, Any]:
    """`ticker=AAPL`, `quantity=100`, `dry=true`: JSON where it is JSON, else text. ValueError without a name."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ValueError(f"--field takes NAME=VALUE, not {text!r}")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value


if __name__ == "__main__":
    sys.exit(main())
