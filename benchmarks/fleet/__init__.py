"""Many clients in one process that only listen, so that a benchmark sees when the last of them has an event.

`python -m benchmarks.fleet` is the process; `Fleet` starts it and reads what it tells.
"""

from benchmarks.fleet.fleet import Fleet

__all__ = ["Fleet"]
