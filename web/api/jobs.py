"""Long work over HTTP: what runs, how far it is, what came of it, and the way to stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

from events.types.passing import JobProgress
from web import job_shapes
from web.answers import answer
from web.auth import require
from web.docs import documented

if TYPE_CHECKING:
    from web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("jobs", __name__)

    @api.get("/api/jobs")
    @require("read")
    @documented("Long jobs of this process, newest first, each with its progress", gives=job_shapes.Jobs)
    def listing() -> Response:
        return answer({"items": [job.progress() for job in desk.jobs.all()], "next": None})

    @api.get("/api/jobs/<job_id>")
    @require("read")
    @documented(
        "One job with its result",
        answers={200: "progress and `result`", 404: "no such job in this process"},
        gives=job_shapes.JobWhole,
    )
    def one(job_id: str) -> Response:
        job = desk.jobs.get(job_id)
        return answer(job.progress() | {"result": job.result})

    @api.post("/api/jobs/<job_id>/cancel")
    @require("admin")
    @documented(
        "Stop a job at its next step",
        answers={200: "its progress", 404: "no such job in this process"},
        gives=JobProgress,
    )
    def cancel(job_id: str) -> Response:
        return answer(desk.jobs.cancel(job_id).progress())

    return api
