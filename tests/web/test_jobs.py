"""Long jobs: told as they go on, cancelled on request, bounded, and their failures explained."""

import itertools
import threading
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from events import catalogue
from events.errors import NotStored
from events.journal import Change, Unit
from tests.support.patience import PATIENCE
from tests.support.topology import within
from tests.web.conftest import ADMIN, MakeApp
from tests.web.jobs import ended
from web.assembly import App
from web.job_book import MOST_KEPT, SILENT_MS, JobBook
from web.jobs import MOST_RUNNING, Job, Step, TooManyJobs


def test_a_job_tells_how_far_it_is_and_what_came_of_it(app: App, client: FlaskClient) -> None:
    """Its updates have the documented shape; the newest is always told; its result is there afterwards."""
    told: list[dict[str, Any]] = []
    app.desk.bus.listen(lambda passing: told.append(dict(passing.data)))

    def work(step: Step) -> str:
        for n in range(1, 101):
            step(n, 100)
        return "counted"

    seen = ended(client, app.desk.jobs.start("count", work)["job"])
    assert (seen["state"], seen["done"], seen["total"], seen["result"]) == ("done", 100, 100, "counted")
    deadline = time.monotonic() + PATIENCE
    while told[-1]["state"] == "running" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert told[-1]["state"] == "done"
    assert len(told) < 10, "a hundred steps at once are a few updates"
    for one in told:
        catalogue.validate("job_progress", one)


def test_a_step_that_can_not_be_told_does_not_end_the_job(app: App, client: FlaskClient) -> None:
    """It goes on with the next one. Seen to fail without the guard: the job failed with `not_finite`."""

    def work(step: Step) -> str:
        step(1, float("nan"))  # type: ignore[arg-type]
        step(2, 2)
        return "counted"

    job = app.desk.jobs.start("count", work)["job"]
    within(lambda: app.desk.jobs.get(job)["state"] != "running", "it ends")
    seen = app.desk.jobs.get(job)
    assert (seen["state"], seen["error"], seen["result"]) == ("done", None, "counted")


def test_the_time_left_follows_from_the_pace() -> None:
    """Half of it in ten seconds leaves ten; nothing is said before there is a pace."""
    job = Job("count", done=0, total=10, began=time.monotonic() - 10)
    assert job.remaining_s() is None
    job.done = 5
    assert 9.5 < (job.remaining_s() or 0) < 15


def test_a_job_that_ended_runs_no_more(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends while somebody reads the book, which says that it runs: the next of its name may begin at once.

    Seen to fail with what runs here looked at only after the book was read.
    """
    go_on = threading.Event()
    jobs, read = app.desk.jobs, JobBook.all
    job = jobs.start("count", lambda step: go_on.wait(PATIENCE), alone=True)["job"]

    def read_and_wait(book: JobBook) -> list[dict[str, Any]]:
        found = read(book)
        go_on.set()
        within(lambda: job not in jobs._jobs, "it ends")
        return found

    monkeypatch.setattr(JobBook, "all", read_and_wait)
    assert jobs.running("count") is None


def test_a_cancelled_job_ends_at_its_next_step(app: App, client: FlaskClient) -> None:
    """It says `cancelled`, has no result, and does nothing more."""
    going_on, steps = threading.Event(), []

    def work(step: Step) -> None:
        step(1, 3)
        going_on.wait(PATIENCE)
        step(2)
        steps.append("too far")

    job = app.desk.jobs.start("slow", work)
    answer = client.post(f"/api/jobs/{job['job']}/cancel", headers=ADMIN).get_json()
    assert (answer["state"], answer["can_cancel"]) == ("running", False)
    going_on.set()
    seen = ended(client, job["job"])
    assert (seen["state"], seen["result"], steps) == ("cancelled", None, [])


def test_a_failure_is_explained(app: App, client: FlaskClient) -> None:
    """An error of ours keeps its code and hint; any other names the log, and tells nothing of its text."""

    def ours(step: Step) -> None:
        raise NotStored("the database can't store just now")

    def other(step: Step) -> None:
        raise ValueError("/secret/path")

    assert ended(client, app.desk.jobs.start("a", ours)["job"])["error"]["code"] == "not_stored"
    told = ended(client, app.desk.jobs.start("b", other)["job"])
    assert (told["state"], told["error"]["code"]) == ("failed", "internal_error")
    assert "secret" not in str(told)


def test_jobs_are_bounded_in_number_and_in_memory(app: App, client: FlaskClient) -> None:
    """One too many is refused; of those that ended the oldest are forgotten."""
    release = threading.Event()
    running = [app.desk.jobs.start(f"wait {n}", lambda step: release.wait(PATIENCE)) for n in range(MOST_RUNNING)]
    with pytest.raises(TooManyJobs):
        app.desk.jobs.start("one more", lambda step: None)
    release.set()
    for job in running:
        ended(client, job["job"])
    for n in range(MOST_KEPT + 10):
        ended(client, app.desk.jobs.start(f"short {n}", lambda step: None)["job"])
    items = client.get("/api/jobs", headers=ADMIN).get_json()["items"]
    assert len(items) <= MOST_KEPT + 1
    assert items[0]["name"] == f"short {MOST_KEPT + 9}"
    assert client.get(f"/api/jobs/{running[0]['job']}", headers=ADMIN).status_code == 404


@pytest.mark.postgres
def test_every_process_knows_a_job_and_can_cancel_it(make_app: MakeApp, postgres_url: str) -> None:
    """At another web: listed, its progress and its result told, cancelled; a second of its kind refused there too.

    Seen to fail as it was, with jobs in the memory of the web that runs them: 404 at the other.
    """
    here, there = (make_app(database_url=postgres_url) for _ in range(2))
    client = there.flask.test_client()

    def work(step: Step) -> str:
        for n in itertools.count(1):
            step(n)
            time.sleep(0.01)
        return "never"

    job = here.desk.jobs.start("count", work)["job"]
    assert [one["job"] for one in client.get("/api/jobs", headers=ADMIN).get_json()["items"]] == [job]
    with pytest.raises(TooManyJobs):
        there.desk.jobs.start("count", work, alone=True)
    answer = client.post(f"/api/jobs/{job}/cancel", headers=ADMIN).get_json()
    assert (answer["state"], answer["can_cancel"]) == ("running", False)
    assert ended(client, job)["state"] == "cancelled"
    other = here.desk.jobs.start("report", lambda step: {"rows": 7})["job"]
    assert ended(client, other)["result"] == {"rows": 7}


def test_a_job_whose_process_died_is_said_to_be_lost(app: App, client: FlaskClient) -> None:
    """Its row says `running` for ever; nobody keeps it true, so it has failed, and can't be cancelled."""
    lost = Job("count", done=3)
    JobBook(app.desk.journal).open(lost.progress())
    assert client.get(f"/api/jobs/{lost.id}", headers=ADMIN).get_json()["state"] == "running"
    silence = Change("UPDATE jobs SET told_ms = told_ms - :ms", {"ms": SILENT_MS + 1_000})
    app.desk.journal.append(Unit(changes=[silence]))
    seen = client.get(f"/api/jobs/{lost.id}", headers=ADMIN).get_json()
    assert (seen["state"], seen["error"]["code"], seen["can_cancel"]) == ("failed", "job_lost", False)
    assert ended(client, app.desk.jobs.start("count", lambda step: None, alone=True)["job"])["state"] == "done"


def test_the_last_word_of_a_job_stands(app: App) -> None:
    """A note that was given up as not stored, and is stored after all, says no more than the end did."""
    book, job = JobBook(app.desk.journal), Job("count")
    before = job.progress()
    job.state = "done"
    book.open(before)
    book.note(job.progress(), "result")
    book.note(before)
    assert (book.get(job.id) or {})["state"] == "done"
