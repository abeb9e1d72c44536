"""Time and ids in one place, so that what a fact says about time has one form and tests can set it."""

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

import uuid_utils


class Clock(Protocol):
    """Tells the time of day (UTC, aware); `now_utc` in the product, anything in a test."""

    def __call__(self) -> datetime: ...


def now_utc() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def rfc3339(at: datetime) -> str:
    """`2026-01-07T14:31:45.123Z`: UTC, milliseconds, `Z`. ValueError for a naive time: its zone would be a guess."""
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def now_text() -> str:
    """`rfc3339(now_utc())`, three times as fast: every fact is stamped."""
    seconds, nanos = divmod(time.time_ns(), 1_000_000_000)
    return f"{_second(seconds)}.{nanos // 1_000_000:03d}Z"


@lru_cache(maxsize=8)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def parse_rfc3339(text: str) -> datetime:
    """The aware UTC time that `text` names. ValueError when it is not RFC 3339 or lacks its zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return at.astimezone(UTC)


def new_id() -> str:
    """A UUIDv7: rises with time, so that rows made together lie together."""
    return str(uuid_utils.uuid7())
