"""A server whose clock a test may set while it runs: `python -m tests.support.settable_clock FILE` serves as
`python web_server.py` does, and every time of day in it is off by the seconds that FILE holds.

Clocks that nobody can set (monotonic, boot time) stay as they are, as on a machine whose date is changed.
"""

import mmap
import runpy
import struct
import sys
import time
from datetime import datetime, tzinfo
from pathlib import Path

OFFSET = struct.Struct("d")


class SettableClock:
    """The test's end of it: `set` takes effect at once."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.write_bytes(OFFSET.pack(0.0))

    @property
    def entry(self) -> tuple[str, ...]:
        """What to start instead of `web_server.py`."""
        return ("-m", "tests.support.settable_clock", str(self.file))

    def set(self, seconds: float) -> None:
        with self.file.open("r+b") as file, mmap.mmap(file.fileno(), OFFSET.size) as shared:
            OFFSET.pack_into(shared, 0, seconds)


def shift(file: Path) -> None:
    """From now on this process lives by the shifted clock."""
    with file.open("r+b") as opened:
        shared = mmap.mmap(opened.fileno(), OFFSET.size)
    seconds, nanoseconds = time.time, time.time_ns

    def shifted_ns() -> int:
        return nanoseconds() + int(OFFSET.unpack_from(shared)[0] * 1e9)

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Shifted":
            return cls.fromtimestamp(time.time(), tz)

    time.time = lambda: seconds() + OFFSET.unpack_from(shared)[0]
    time.time_ns = shifted_ns
    # The one module that tells the product the time, and whose ids rise with it.
    import uuid_utils

    from events import clock

    clock.datetime = Shifted  # type: ignore[misc]
    made = uuid_utils.uuid7
    uuid_utils.uuid7 = lambda: made(nanoseconds=shifted_ns())  # type: ignore[assignment, misc]


if __name__ == "__main__":
    shift(Path(sys.argv[1]))
    sys.argv = ["web_server.py"]
    runpy.run_path("web_server.py", run_name="__main__")
