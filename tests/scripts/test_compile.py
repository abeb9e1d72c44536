"""Set-up compiles what is C where it can, says why where it can't, and a start takes what it finds."""

import shutil
import subprocess
from pathlib import Path

import pytest

from runtime import fanout
from scripts import compile as compiling
from tests.support.server import ROOT

needs_compiler = pytest.mark.skipif(not compiling.compiler(), reason=compiling.NO_COMPILER)


@needs_compiler
def test_only_what_was_made_of_this_source_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was made of another is left alone, what is no library at all is told, and the next set-up mends both.

    Seen to fail with a name without the hash.
    """
    caplog.set_level("INFO")
    folder = tmp_path / "build"
    assert compiling.compile_fan_out(folder) is None
    newer = tmp_path / "newer.c"
    newer.write_text(fanout.SOURCE.read_text() + "/* and more */")
    for module in (fanout, compiling):
        monkeypatch.setattr(module, "SOURCE", newer)
    assert fanout.fastest(folder).language == "Python"
    assert "scripts.compile" in caplog.text
    fanout.library(folder).write_bytes(b"no library")
    assert fanout.fastest(folder).language == "Python"
    assert compiling.compile_fan_out(folder) is None
    assert fanout.fastest(folder).language == "C"
    assert list(folder.iterdir()) == [fanout.library(folder)]


@needs_compiler
def test_a_library_without_the_function_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.c"
    other.write_text("int another(void) { return 0; }")
    monkeypatch.setattr(fanout, "SOURCE", other)
    monkeypatch.setattr(compiling, "SOURCE", other)
    assert "fan_out" in (compiling.compile_fan_out(tmp_path) or "")
    fanout.library(tmp_path).write_bytes(b"")
    assert fanout.fastest(tmp_path).language == "Python"


@needs_compiler
def test_no_compiler_warns(tmp_path: Path) -> None:
    """Of what set-up compiles, nor of the benchmark's programs."""
    for source in (fanout.SOURCE, *sorted((ROOT / "benchmarks/broadcast").glob("*.c"))):
        command = [
            *compiling.compiler(),
            "-O2",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-c",
            "-o",
            str(tmp_path / "made"),
            str(source),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_why_there_is_none_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never by a traceback, and nothing half made is left."""
    folder = tmp_path / "build"
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    assert compiling.compile_fan_out(folder) == compiling.NO_COMPILER
    for name, script in (("broken", "echo what is this >&2; exit 1"), ("idle", "exit 0")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("CC", "broken -x")
    assert compiling.compile_fan_out(folder) == "broken failed: what is this"
    monkeypatch.setenv("CC", "idle")
    assert "No such file" in (compiling.compile_fan_out(folder) or "")
    monkeypatch.setenv("CC", 'cc "')
    assert "quotation" in (compiling.compile_fan_out(folder) or "")
    monkeypatch.setenv("CC", "nowhere")
    assert "nowhere" in (compiling.compile_fan_out(folder) or "")
    assert not list(folder.iterdir())
    shutil.rmtree(folder)
    folder.write_text("a file in its place")
    assert str(folder) in (compiling.compile_fan_out(folder) or "")
