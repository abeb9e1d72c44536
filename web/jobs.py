"""Long work that people wait for: told as it goes on, cancelled on request, remembered for a while when it is over.

A job runs in the process that started it, and is known to all by the book. Its progress also travels as
`job_progress`, of which only the newest counts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from events.clock import new_id, now_text
from events.envelope import Passing
from events.errors import EventsError
from web.errors import NotFound, WebError

if TYPE_CHECKING:
    from events.bus import Bus
    from runtime import Runtime
    from web.job_book import JobBook

log = logging.getLogger("web.jobs")
T = TypeVar("T")
State = Literal["running", "done", "failed", "cancelled"]
MOST_RUNNING = 4
# How often the book is told of a running job, and asked whether somebody cancelled it elsewhere.
NOTE_SECONDS = 0.5


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
    """Runs this process's jobs, each in a task on the loop: what computes for long hands it to a native lane."""

    def __init__(self, runtime: Runtime, bus: Bus, book: JobBook) -> None:
        self._runtime, self._bus, self._book = runtime, bus, book
        self._lane = runtime.lane("long-work", 1)
        self._jobs: dict[str, Job] = {}  # until the book has their end
        self._stopped = False

    def start(self, name: str, work: Work, *, alone: bool = False) -> dict[str, Any]:
        """Starts; its progress. `alone`: no second one of this name anywhere. Raises TooManyJobs, NotStored."""
        if alone and self.running(name) is not None:
            hint = "Wait until it is done, or cancel it: GET /api/jobs has its id."
            raise TooManyJobs("job_running", f"{name} runs already.", hint, retry_after=10)
        if sum(job.state == "running" for job in list(self._jobs.values())) >= MOST_RUNNING:
            hint = "Wait until one is done, or cancel one: GET /api/jobs lists them."
            raise TooManyJobs("too_many_jobs", f"{MOST_RUNNING} long jobs run already.", hint, retry_after=10)
        job = Job(name)
        self._jobs[job.id] = job
        begun = job.progress()
        try:
            self._book.open(begun)
        except BaseException:
            del self._jobs[job.id]
            raise
        self._tell(job)
        self._runtime.spawn(self._run, job, work)
        self._runtime.spawn(self._keep, job)
        return begun

    def compute(self, function: Callable[..., T], *args: Any) -> T:
        """Run what computes for long in a native thread: plain values in and out, nothing logged there."""
        return self._lane.call(function, *args)

    def all(self) -> list[dict[str, Any]]:
        """The progress of every process's jobs, newest first."""
        mine = list(self._jobs.values())  # one may end while the book is read, which then still says that it runs
        known = {one["job"]: one for one in self._book.all()}
        known |= {job.id: job.progress() for job in [*mine, *self._jobs.values()]}
        return [known[id_] for id_ in sorted(known, reverse=True)]

    def running(self, name: str) -> dict[str, Any] | None:
        """One of this name that runs, in any process."""
        return next((one for one in self.all() if one["name"] == name and one["state"] == "running"), None)

    def get(self, job_id: str) -> dict[str, Any]:
        """One job's progress with its `result`. Raises NotFound."""
        own = self._jobs.get(job_id)
        found = self._book.get(job_id) if own is None else own.progress() | {"result": own.result}
        if found is None:
            hint = "GET /api/jobs lists them; old ones are forgotten."
            raise NotFound("no_such_job", "There is no job with this id.", hint)
        return found

    def cancel(self, job_id: str) -> dict[str, Any]:
        """It ends at its next step, wherever it runs; one that ended already stays as it is. Raises NotFound."""
        own = self._jobs.get(job_id)
        if own is None:
            if self.get(job_id)["state"] == "running":
                self._book.cancel(job_id)
            found = self.get(job_id)
            del found["result"]
            return found
        if own.state == "running":
            own.wanted = False
            self._tell(own)
        return own.progress()

    def stop(self) -> None:
        """Nobody waits any more: every job ends at its next step."""
        self._stopped = True
        for job in list(self._jobs.values()):
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
        # Into the book first: whoever is told of the end asks for the result, at any process.
        noted = self._note(job)
        self._tell(job)
        while not noted and not self._stopped:
            self._runtime.sleep(NOTE_SECONDS)
            noted = self._note(job)
        self._jobs.pop(job.id, None)

    def _keep(self, job: Job) -> None:
        while job.state == "running" and not self._stopped:
            self._runtime.sleep(NOTE_SECONDS)
            if job.state == "running":
                self._note(job)

    def _note(self, job: Job) -> bool:
        try:
            wanted = self._book.note(job.progress(), job.result)
        except EventsError as error:
            log.warning("the job %s could not be noted: %s", job.name, error.message)
            return False
        if not wanted and job.state == "running" and job.wanted:
            job.wanted = False
            self._tell(job)
        return True

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
        try:
            self._bus.publish(update)
        except EventsError as error:  # the job goes on, and its end is noted
            log.warning("how far the job %s is can't be told: %s", job.name, error.message)
