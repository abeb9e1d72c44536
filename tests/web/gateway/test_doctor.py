"""What the doctor says of a healthy server and of each common illness."""

from typing import Any

import pytest

from tests.support.server import free_port
from web.doctor import main

pytestmark = pytest.mark.socket


def test_a_healthy_server_passes_every_step(shared: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """All eight steps are ok, and the exit code is 0."""
    assert main([shared.url, "--token", "admin-token"]) == 0
    said = capsys.readouterr().out
    assert said.count("ok  ") == 8
    assert "failed" not in said


def test_wrong_tokens_are_named(shared: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong API token and a wrong webhook token are told apart, each with its remedy."""
    assert main([shared.url, "--token", "nonsense", "--webhook-token", "wrong"]) == 1
    said = capsys.readouterr().out
    assert "failed    the token is accepted" in said
    assert "failed    a test alert is accepted: The webhook's token is not accepted." in said
    assert "left out  it arrives by WebSocket" in said


def test_a_server_that_is_down_is_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing listens: one failure with its remedy, and no traceback."""
    assert main([f"http://127.0.0.1:{free_port()}"]) == 1
    said = capsys.readouterr().out
    assert "Nothing answers at that address" in said
    assert "make run" in said
    assert said.count("failed") == 1
