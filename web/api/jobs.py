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
    @documented("Long jobs, newest first, each with its progress, whichever process runs it", gives=job_shapes.Jobs)
    def listing() -> Response:
        return answer({"items": desk.jobs.all(), "next": None})

    @api.get("/api/jobs/<job_id>")
    @require("read")
    @documented(
        "One job with its result",
        answers={200: "progress and `result`", 404: "no such job"},
        gives=job_shapes.JobWhole,
    )
    def one(job_id: str) -> Response:
        return answer(desk.jobs.get(job_id))

    @api.post("/api/jobs/<job_id>/cancel")
    @require("admin")
    @documented(
        "Stop a job at its next step",
        answers={200: "its progress", 404: "no such job"},
        gives=JobProgress,
    )
    def cancel(job_id: str) -> Response:
        return answer(desk.jobs.cancel(job_id))

    return api
