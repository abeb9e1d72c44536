"""Long jobs: told as they go on, cancelled on request, bounded, and their failures explained."""

import threading
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from events import catalogue
from events.errors import NotStored
from tests.web.conftest import ADMIN
from tests.web.jobs import ended
from web.assembly import App
from web.jobs import MOST_KEPT, MOST_RUNNING, Job, Step, TooManyJobs


def test_a_job_tells_how_far_it_is_and_what_came_of_it(app: App, client: FlaskClient) -> None:
    """Its updates have the documented shape; the newest is always told; its result is there afterwards."""
    told: list[dict[str, Any]] = []
    app.desk.bus.listen(lambda passing: told.append(dict(passing.data)))

    def work(step: Step) -> str:
        for n in range(1, 101):
            step(n, 100)
        return "counted"

    seen = ended(client, app.desk.jobs.start("count", work).id)
    assert (seen["state"], seen["done"], seen["total"], seen["result"]) == ("done", 100, 100, "counted")
    deadline = time.monotonic() + 5
    while told[-1]["state"] == "running" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert told[-1]["state"] == "done"
    assert len(told) < 10, "a hundred steps at once are a few updates"
    for one in told:
        catalogue.validate("job_progress", one)


def test_the_time_left_follows_from_the_pace() -> None:
    """Half of it in ten seconds leaves ten; nothing is said before there is a pace."""
    job = Job("count", done=0, total=10, began=time.monotonic() - 10)
    assert job.remaining_s() is None
    job.done = 5
    assert 9.5 < (job.remaining_s() or 0) < 10.5


def test_a_cancelled_job_ends_at_its_next_step(app: App, client: FlaskClient) -> None:
    """It says `cancelled`, has no result, and does nothing more."""
    going_on, steps = threading.Event(), []

    def work(step: Step) -> None:
        step(1, 3)
        going_on.wait(5)
        step(2)
        steps.append("too far")

    job = app.desk.jobs.start("slow", work)
    answer = client.post(f"/api/jobs/{job.id}/cancel", headers=ADMIN).get_json()
    assert (answer["state"], answer["can_cancel"]) == ("running", False)
    going_on.set()
    seen = ended(client, job.id)
    assert (seen["state"], seen["result"], steps) == ("cancelled", None, [])


def test_a_failure_is_explained(app: App, client: FlaskClient) -> None:
    """An error of ours keeps its code and hint; any other names the log, and tells nothing of its text."""

    def ours(step: Step) -> None:
        raise NotStored("the database can't store just now")

    def other(step: Step) -> None:
        raise ValueError("/secret/path")

    assert ended(client, app.desk.jobs.start("a", ours).id)["error"]["code"] == "not_stored"
    told = ended(client, app.desk.jobs.start("b", other).id)
    assert (told["state"], told["error"]["code"]) == ("failed", "internal_error")
    assert "secret" not in str(told)


def test_jobs_are_bounded_in_number_and_in_memory(app: App, client: FlaskClient) -> None:
    """One too many is refused; of those that ended the oldest are forgotten."""
    release = threading.Event()
    running = [app.desk.jobs.start(f"wait {n}", lambda step: release.wait(5)) for n in range(MOST_RUNNING)]
    with pytest.raises(TooManyJobs):
        app.desk.jobs.start("one more", lambda step: None)
    release.set()
    for job in running:
        ended(client, job.id)
    for n in range(MOST_KEPT + 10):
        ended(client, app.desk.jobs.start(f"short {n}", lambda step: None).id)
    items = client.get("/api/jobs", headers=ADMIN).get_json()["items"]
    assert len(items) <= MOST_KEPT + 1
    assert items[0]["name"] == f"short {MOST_KEPT + 9}"
    assert client.get(f"/api/jobs/{running[0].id}", headers=ADMIN).status_code == 404
