"""Native threads that stay native under patching: a hung disk, model or database stops one of them, never the loop.

`start_new_thread`, `get_ident`, `SimpleQueue`, `read` and `write` are bound here, before patching replaces the modules'
attributes, and are C code that no engine turns green. A `ThreadPoolExecutor` under patching would be green threads on
the loop.
"""

from _queue import SimpleQueue
from _thread import get_ident, start_new_thread
from collections.abc import Callable
from os import read, write
from typing import Any, TypeVar

from runtime.contract import Waiter

__all__ = ["Job", "NativeLane", "get_ident", "read", "write"]

T = TypeVar("T")


class Job:
    """One call on its way through a native thread; only the thread writes `result` and `error`."""

    __slots__ = ("args", "error", "fn", "lane", "result", "waiter")

    def __init__(self, lane: "NativeLane", fn: Callable[..., Any], args: tuple[Any, ...], waiter: Waiter) -> None:
        self.lane = lane
        self.fn = fn
        self.args = args
        self.waiter = waiter
        self.result: Any = None
        self.error: BaseException | None = None

    def finish(self) -> None:
        """On the loop: wake the caller."""
        self.lane.finished += 1
        self.waiter.set()


class NativeLane:
    """Up to `threads` native threads, started when there is work for them. `report(job)` runs in the native thread."""

    def __init__(
        self, name: str, threads: int, new_waiter: Callable[[], Waiter], report: Callable[[Job], None]
    ) -> None:
        if threads < 1:
            raise ValueError(f"lane {name!r} needs at least one thread")
        self.name = name
        self.finished = 0
        self._threads = threads
        self._started = 0
        self._handed_in = 0
        self._closed = False
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._new_waiter = new_waiter
        self._report = report

    @property
    def waiting(self) -> int:
        return self._handed_in - self.finished

    def call(self, fn: Callable[..., T], *args: Any, timeout: float | None = None) -> T:
        if self._closed:
            raise RuntimeError(f"lane {self.name!r} is closed")
        waiter = self._new_waiter()
        job = Job(self, fn, args, waiter)
        self._handed_in += 1
        if self.waiting > self._started and self._started < self._threads:
            self._started += 1
            start_new_thread(_work, (self._jobs, self._report))
        self._jobs.put(job)
        if not waiter.wait(timeout):
            raise TimeoutError(f"{self.name}: no result within {timeout} s")
        if job.error is not None:
            raise job.error
        return job.result  # type: ignore[no-any-return]

    def close(self) -> None:
        self._closed = True
        for _ in range(self._started):
            self._jobs.put(None)


def _work(jobs: "SimpleQueue[Job | None]", report: Callable[[Job], None]) -> None:
    while (job := jobs.get()) is not None:
        try:
            job.result = job.fn(*job.args)
        except BaseException as error:  # noqa: BLE001 - the caller gets it, whatever it is
            job.error = error
        report(job)
        del job  # else its values live until the next one comes
