"""The door for `python -m events.rebuild`: the tables that facts feed, made again from the journal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from events.types.passing import JobProgress
from web import rebuilding
from web.answers import answer
from web.auth import require
from web.docs import documented

if TYPE_CHECKING:
    from web.desk import Desk


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("rebuild", __name__)

    @api.post("/api/rebuild")
    @require("admin")
    @documented(
        "Make the tables that facts feed again from the journal, and put right what differs",
        answers={202: "the job, to be followed at `/api/jobs/{job_id}`", 429: "too many jobs run"},
        gives=JobProgress,
    )
    def start() -> Response:
        return answer(rebuilding.start(desk, sys.executable), 202)

    return api
