"""Reads TradingView's alert-log export, so that what it says was sent can be sent again or compared."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

COLUMNS = ("Alert ID", "Ticker", "Name", "Description", "Time")


class BadLog(ValueError):
    """The file is not an alert-log export; `message` says what is wrong with it, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = "bad_alert_log", message, hint


@dataclass(frozen=True, slots=True)
class Logged:
    """One alert of the log. `body` is the message as it was sent, `at` the log's time (aware, UTC)."""

    alert_id: str
    ticker: str
    name: str
    body: str
    at: datetime
    line: int

    @property
    def symbol(self) -> str:
        """`CME_MINI:MNQ1!` of `CME_MINI:MNQ1!, 1m`; empty when the log names none."""
        return self.ticker.partition(",")[0].strip()

    @property
    def interval(self) -> str:
        """`1` of `CME_MINI:MNQ1!, 1m`, in TradingView's own spelling (minutes without a unit); empty when absent."""
        return _interval(self.ticker.partition(",")[2].strip())


def read(path: Path) -> list[Logged]:
    """All alerts, oldest first. Alerts of one time stamp keep the order in which they fired. Raises BadLog, OSError."""
    return parse(path.read_bytes(), path.name)


def parse(content: bytes, name: str) -> list[Logged]:
    """As `read`, of an export's bytes; pure, so that a long one can be read in a native thread. Raises BadLog."""
    try:
        # As in a file opened with newline="": a line break inside a message stays as it is.
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        missing = [column for column in ("Description", "Time") if column not in (reader.fieldnames or ())]
        if missing:
            raise BadLog(
                f"{name} has no column {' and '.join(missing)}.",
                f"Export the log in TradingView's alert panel; its columns are {', '.join(COLUMNS)}.",
            )
        logged = [_logged(row, reader.line_num, name) for row in reader]
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadLog(f"{name} is not a CSV file: {error}", "Export the log again; do not edit it.") from error
    return _oldest_first(logged)


def _logged(row: dict[str, str | None], line: int, name: str) -> Logged:
    if row.get("Description") is None or row.get("Time") is None:
        raise BadLog(f"{name} ends early: line {line} is not complete.", "Export the log again.")
    text = (row["Time"] or "").strip()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "The log's times look like 2025-12-01T10:45:00Z; export it again and do not edit it."
        raise BadLog(f"{name}, line {line}: {text[:40]!r} is not a time.", hint) from error
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return Logged(
        row.get("Alert ID") or "", row.get("Ticker") or "", row.get("Name") or "", row["Description"] or "", at, line
    )


def _oldest_first(logged: Sequence[Logged]) -> list[Logged]:
    """TradingView writes the newest first, also within one time stamp; a file turned round by its owner stays so."""
    rises = sum(b.at > a.at for a, b in pairwise(logged))
    falls = sum(b.at < a.at for a, b in pairwise(logged))
    in_order = list(logged) if rises > falls else list(reversed(logged))
    return sorted(in_order, key=lambda one: one.at)  # stable: the order within a time stamp stays


def _interval(text: str) -> str:
    found = re.fullmatch(r"(\d+)\s*(m|min|h|s|S|D|d|W|w|M)?", text)
    if not found:
        return ""
    number, unit = found[1], found[2] or "m"
    if unit in ("m", "min"):
        return number
    if unit == "h":
        return str(int(number) * 60)
    return f"{number}{unit.upper()}"
