"""The packages whose insides are leaned on are those that were read, and a start with others says so."""

import re
from pathlib import Path

import pytest

import runtime
from runtime import versions
from web.gateway import internals

LOCKED = Path(__file__).parents[2] / "requirements.txt"


def test_what_is_installed_is_what_was_read() -> None:
    """An upgrade has to read them again, and then to say so here and there."""
    locked = dict(re.findall(r"^([\w-]+)==(\S+)", LOCKED.read_text(), re.MULTILINE))
    read = versions.PINNED | internals.PINNED | internals.PARSER
    assert read == {name: locked[name] for name in read}


def test_a_start_asks_for_its_own_engine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one is not loaded. Seen to fail without the question."""
    asked: list[object] = []
    monkeypatch.setattr(runtime, "PINNED", {"threads": "1.0", "eventlet": "1.0"})
    monkeypatch.setattr(runtime, "tell_other", asked.append)
    runtime.make("threads")
    assert asked == [{"threads": "1.0"}]


def test_another_version_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """What is as it was read is not. Seen to fail without `tell_other` of the parser of frames."""
    versions.tell_other(versions.PINNED)
    assert not caplog.records
    versions.tell_other(versions.PINNED, lambda name: "9.9.9" if name == "gevent" else versions.PINNED[name])
    assert "{'gevent': '9.9.9'}" in caplog.text
    internals.as_pinned(lambda name: "9.9.9")
    assert "wsproto" in caplog.text
