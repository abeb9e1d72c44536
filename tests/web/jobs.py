"""Waits for a long job through the door that pages use."""

import time
from typing import Any

from flask.testing import FlaskClient

from tests.support.patience import PATIENCE
from tests.web.conftest import ADMIN


def ended(client: FlaskClient, job: str, seconds: float = PATIENCE) -> dict[str, Any]:
    """What the job with this id told at its end."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        told: dict[str, Any] = client.get(f"/api/jobs/{job}", headers=ADMIN).get_json()
        if told["state"] != "running":
            return told
        time.sleep(0.01)
    raise AssertionError(told)
