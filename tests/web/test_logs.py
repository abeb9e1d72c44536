"""No secret reaches the log, whoever writes the line."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from web import logs


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    logs.install("info", "json", ["known-secret-1"])
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    "line",
    [
        "POST /webhook/canary-1 HTTP/1.1",
        "GET /login/canary-1?next=/signals",
        "Authorization: Bearer canary-1",
        "cookie signaldesk_5000=canary-1; other=1",
        '{"secret": "canary-1", "symbol": "NQ"}',
        "passphrase=canary-1",
        "connect postgres://user:canary-1@host/db",
        "GET /?token=canary-1&x=1",
    ],
)
def test_what_looks_like_a_secret_is_removed(line: str) -> None:
    """By where it stands, though nobody told us its value."""
    assert "canary-1" not in logs.redact(line)


def test_known_secrets_are_removed_from_every_library_s_lines(written: io.StringIO) -> None:
    """Also from arguments and tracebacks."""
    log = logging.getLogger("some.library")
    log.warning("said %s", "known-secret-1")
    try:
        raise ValueError("known-secret-1")
    except ValueError:
        log.exception("failed")
    assert "known-secret-1" not in written.getvalue()
    assert "ValueError" in written.getvalue()


def test_json_lines_are_json(written: io.StringIO) -> None:
    """One object a line, for machines."""
    logging.getLogger("x").info("hello")
    line = json.loads(written.getvalue())
    assert (line["event"], line["level"], line["logger"]) == ("hello", "info", "x")
