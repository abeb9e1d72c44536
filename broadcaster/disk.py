"""The buffer's copy on disk, so that what a killed script had not delivered is sent by its next run.

An append-only file: a line `+I{event}` for each event (the letter is its level), `-id` when it is done. Written without
fsync: it outlives the process, not a power cut; that keeps an event at a few microseconds.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from broadcaster.item import LEVELS, Item

try:
    import fcntl
except ImportError:  # Windows has no such lock: there the user keeps two scripts apart
    fcntl = None  # type: ignore[assignment]

COMPACT_BYTES = 4_000_000
log = logging.getLogger("broadcaster")
LETTERS = {name[0]: name for name in LEVELS}


class DiskLog:
    """One script at a time: OSError when another holds the file. A full disk is logged once and memory goes on."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if fcntl is not None:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(self._lock)
                raise
        self._live: dict[str, bytes] = {}
        self._bytes = self._live_bytes = 0
        self._failed = False
        self._read()
        self._file = self._rewrite()

    def _read(self) -> None:
        if not self.path.exists():
            return
        for line in self.path.read_bytes().split(b"\n"):
            if line.startswith(b"-"):
                self._live.pop(line[1:].decode("ascii", "replace"), None)
            elif line.startswith(b"+"):
                try:
                    event = json.loads(line[2:])
                    self._live[event["id"]] = line
                except (ValueError, KeyError, TypeError):
                    # Torn by the kill that ended the last run: its call had not returned yet.
                    log.warning("a torn line in %s was left out", self.path)

    def load(self) -> list[Item]:
        """What the last run left, in order."""
        return [
            Item(id_, LETTERS.get(chr(line[1]), "INFO"), line[2:]) for id_, line in self._live.items() if len(line) > 2
        ]

    def add(self, item: Item) -> None:
        """Write an event down."""
        line = b"+" + item.level[0].encode() + item.raw
        self._live[item.id] = line
        self._live_bytes += len(line) + 1
        self._write(line + b"\n")

    def done(self, ids: Iterable[str]) -> None:
        """Write down that these need not be sent again."""
        gone = [id_ for id_ in ids if id_ in self._live]
        if not gone:
            return
        self._live_bytes -= sum(len(self._live.pop(id_)) + 1 for id_ in gone)
        self._write(b"".join(b"-" + id_.encode() + b"\n" for id_ in gone))
        if self._bytes > COMPACT_BYTES and self._bytes > 4 * self._live_bytes:
            os.close(self._file)
            self._file = self._rewrite()

    def clear(self) -> None:
        """Nothing waits: begin an empty file."""
        if self._bytes and not self._live:
            os.ftruncate(self._file, 0)
            self._bytes = 0

    def close(self) -> None:
        """Let the next script have it."""
        os.close(self._file)
        os.close(self._lock)

    def _write(self, text: bytes) -> None:
        try:
            os.write(self._file, text)
            self._bytes += len(text)
        except OSError as error:
            if not self._failed:
                log.error("%s can't be written (%s): events are kept in memory only", self.path, error)
            self._failed = True

    def _rewrite(self) -> int:
        whole = b"".join(line + b"\n" for line in self._live.values())
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.touch(0o600)
        fresh.write_bytes(whole)
        os.replace(fresh, self.path)
        self._bytes = self._live_bytes = len(whole)
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
