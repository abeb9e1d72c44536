"""Long work that people wait for: told as it goes on, cancelled on request, remembered for a while when it is over.

A job belongs to the process that started it. Its progress travels as `job_progress`, of which only the newest counts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from events.clock import new_id, now_text
from events.envelope import Passing
from web.errors import NotFound, WebError

if TYPE_CHECKING:
    from events.bus import Bus
    from runtime import Runtime

log = logging.getLogger("web.jobs")
T = TypeVar("T")
State = Literal["running", "done", "failed", "cancelled"]
MOST_RUNNING = 4
MOST_KEPT = 50  # of those that ended; each keeps its result


class Cancelled(Exception):
    """Raised inside a job that was cancelled, at its next `step`."""


class TooManyJobs(WebError):
    status = 429


@dataclass(slots=True)
class Job:
    """One piece of long work; `total` is None while nobody knows, `result` what the work returned."""

    name: str
    id: str = field(default_factory=new_id)
    done: int = 0
    total: int | None = None
    state: State = "running"
    error: dict[str, str] | None = None
    result: Any = None
    started_at: str = field(default_factory=now_text)
    ended_at: str | None = None
    began: float = field(default_factory=time.monotonic)
    wanted: bool = True

    def remaining_s(self) -> float | None:
        """Seconds left at the pace so far; None while there is none."""
        if self.state != "running" or not self.done or not self.total:
            return None
        return round((time.monotonic() - self.began) / self.done * max(0, self.total - self.done), 1)

    def progress(self) -> dict[str, Any]:
        """The data of a `job_progress`."""
        return {
            "job": self.id,
            "name": self.name,
            "done": self.done,
            "total": self.total,
            "remaining_s": self.remaining_s(),
            "state": self.state,
            "can_cancel": self.state == "running" and self.wanted,
            "error": self.error,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
        }


Work = Callable[["Step"], Any]
Compute = Callable[..., Any]


class Step:
    """What a job's work is handed: it says how far it is, and learns there that nobody wants it any more.

    `compute` is `Jobs.compute`.
    """

    def __init__(self, job: Job, tell: Callable[[Job], None], compute: Compute) -> None:
        self._job, self._tell, self.compute = job, tell, compute

    def __call__(self, done: int, total: int | None = None) -> None:
        """`done` of `total` pieces. Raises Cancelled."""
        self._job.done = done
        self._job.total = self._job.total if total is None else total
        self._tell(self._job)
        if not self._job.wanted:
            raise Cancelled


class Jobs:
    """The jobs of this process. Work runs in a task on the loop: what computes for long hands it to a native lane."""

    def __init__(self, runtime: Runtime, bus: Bus) -> None:
        self._runtime, self._bus = runtime, bus
        self._lane = runtime.lane("long-work", 1)
        self._jobs: dict[str, Job] = {}

    def start(self, name: str, work: Work, *, alone: bool = False) -> Job:
        """Starts and returns at once; `alone`: no second one of this name. Raises TooManyJobs."""
        if alone and any(job.name == name and job.state == "running" for job in self._jobs.values()):
            hint = "Wait until it is done, or cancel it: GET /api/jobs has its id."
            raise TooManyJobs("job_running", f"{name} runs already.", hint, retry_after=10)
        if sum(job.state == "running" for job in self._jobs.values()) >= MOST_RUNNING:
            hint = "Wait until one is done, or cancel one: GET /api/jobs lists them."
            raise TooManyJobs("too_many_jobs", f"{MOST_RUNNING} long jobs run already.", hint, retry_after=10)
        job = Job(name)
        self._jobs[job.id] = job
        self._forget()
        self._tell(job)
        self._runtime.spawn(self._run, job, work)
        return job

    def compute(self, function: Callable[..., T], *args: Any) -> T:
        """Run what computes for long in a native thread: plain values in and out, nothing logged there."""
        return self._lane.call(function, *args)

    def all(self) -> list[Job]:
        """Newest first."""
        return list(self._jobs.values())[::-1]

    def get(self, job_id: str) -> Job:
        """Raises NotFound."""
        if job_id not in self._jobs:
            hint = "GET /api/jobs lists those of this process; old ones are forgotten."
            raise NotFound("no_such_job", "There is no job with this id.", hint)
        return self._jobs[job_id]

    def cancel(self, job_id: str) -> Job:
        """It ends at its next step; one that ended already stays as it is. Raises NotFound."""
        job = self.get(job_id)
        if job.state == "running":
            job.wanted = False
            self._tell(job)
        return job

    def stop(self) -> None:
        """Nobody waits any more: every job ends at its next step."""
        for job in self._jobs.values():
            job.wanted = False
        self._lane.close()

    def _run(self, job: Job, work: Work) -> None:
        try:
            job.result = work(Step(job, self._tell, self.compute))
            state: State = "done"
        except Cancelled:
            state = "cancelled"
        except Exception as error:  # noqa: BLE001 - whatever it was, the one who waits must be told
            state, job.error = "failed", self._why(job, error)
        job.state, job.ended_at = state, now_text()
        self._tell(job)

    def _why(self, job: Job, error: Exception) -> dict[str, str]:
        code = getattr(error, "code", None)
        if isinstance(code, str):
            message, hint = str(getattr(error, "message", error)), str(getattr(error, "hint", ""))
            return {"code": code, "message": message, "hint": hint}
        log.error("the job %s failed", job.name, exc_info=error)
        return {"code": "internal_error", "message": "The job failed.", "hint": "The log names the cause."}

    def _tell(self, job: Job) -> None:
        shown = f"{job.name}: {job.done}" + (f" of {job.total}" if job.total is not None else "")
        message = shown if job.state == "running" else f"{job.name}: {job.state}"
        update = Passing(type="job_progress", key=job.id, data=job.progress(), message=message, source="desk")
        self._bus.publish(update)

    def _forget(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.state != "running"]
        for job_id in ended[: max(0, len(ended) - MOST_KEPT)]:
            del self._jobs[job_id]
