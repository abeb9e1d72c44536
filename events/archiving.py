"""Old facts as packed files: written, read back, and only then deleted from the journal, a small piece at a time.

A file is `journal-<first seq>-<last seq>.ndjson.gz`: a fact a line as it was stored, its `version` with it, so that it
is still read in today's shape years later. Beside it lies its SHA-256, as `sha256sum -c` reads it. Native threads only.
"""

import gzip
import hashlib
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from events import upcasting, wire
from events.errors import ArchiveDamaged, ArchiveFailed
from events.reading import Readers
from events.rows import COLUMNS

PAGE = 500
MOST_IN_A_FILE = 10_000
NAME = re.compile(r"journal-(\d{12})-(\d{12})\.ndjson\.gz")
HASHES = ".sha256"
UNFINISHED = ".part"
PAGE_SQL = f"SELECT {COLUMNS} FROM journal WHERE seq > :after AND seq <= :upto ORDER BY seq LIMIT :limit"  # noqa: S608 - ours


@dataclass(frozen=True, slots=True)
class Archived:
    """One file with the facts from `first` to `last`, `facts` in number."""

    path: str
    first: int
    last: int
    facts: int


def write(readers: Readers, epoch: str, folder: Path, after: int, upto: int) -> Archived | None:
    """The next facts after `after` as a file that was read back; None when there are none up to `upto`.

    Raises ArchiveFailed; a file that a crash left unfinished is taken away. Two processes may share the folder: one
    that lost its lease in the middle spoils nothing of its successor's.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _tidy(folder)
        part = folder / f"journal-{secrets.token_hex(8)}{UNFINISHED}"  # one name for two would mix their bytes
        hashed, seqs = hashlib.sha256(), (0, 0, 0)
        with part.open("wb") as raw:
            with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
                for line, seq in _lines(readers, epoch, after, upto):
                    packed.write(line)
                    hashed.update(line)
                    seqs = (seqs[0] or seq, seq, seqs[2] + 1)
            raw.flush()
            os.fsync(raw.fileno())
        first, last, facts = seqs
        if not facts:
            part.unlink()
            return None
        if _first(readers, after) != first:
            # Deleting goes upwards: while the first one is there, none was missing between two pages.
            raise ArchiveFailed("another process moves the same facts", hint="The process that has the lease goes on.")
        path = folder / f"journal-{first:012d}-{last:012d}.ndjson.gz"
        _check(part, hashed.hexdigest(), facts)
        # The hash first: a crash in between must not leave a file that nobody can check.
        _store(folder / f"{path.name}{HASHES}", f"{_sha256(part)}  {path.name}\n")
        part.rename(path)
        _sync(folder)
    except OSError as error:
        raise ArchiveFailed(f"the archive can't be written: {error.strerror or error}") from error
    return Archived(str(path), first, last, facts)


def read(paths: Sequence[Path], low: str | None = None, high: str | None = None) -> Iterator[dict[str, Any]]:
    """Envelopes of today's shape, in order and each once, whose timestamp is in [low, high). Raises ArchiveDamaged.

    `paths`: files or folders of them. A crash may have left two files that hold the same facts; they are told once.
    """
    told = 0
    for path in files(paths):
        for line in _opened(path):
            fact = orjson.loads(line)
            if fact["seq"] <= told:
                continue
            told = fact["seq"]
            if (low is None or fact["timestamp"] >= low) and (high is None or fact["timestamp"] < high):
                fact["data"] = upcasting.today(fact["type"], fact.pop("version"), fact["data"])
                yield fact


def verify(paths: Sequence[Path]) -> int:
    """How many files are as they were written. Raises ArchiveDamaged at the first that is not."""
    found = files(paths)
    for path in found:
        try:
            told = (path.parent / f"{path.name}{HASHES}").read_text().split()[0]
        except (OSError, IndexError):
            raise ArchiveDamaged(f"{path} has no {HASHES} beside it") from None
        if told != _sha256(path):
            raise ArchiveDamaged(f"{path} is not as it was written")
    return len(found)


def files(paths: Sequence[Path]) -> list[Path]:
    """The files meant, in the order of their facts. Raises ArchiveDamaged for what is no archive."""
    found: dict[Path, tuple[int, int]] = {}
    for path in paths:
        for one in sorted(path.iterdir()) if path.is_dir() else [path]:
            name = NAME.fullmatch(one.name)
            if name is not None:
                found[one] = (int(name[1]), int(name[2]))
            elif not path.is_dir():
                raise ArchiveDamaged(f"{one} is not named as an archive is", hint="journal-<first>-<last>.ndjson.gz")
    return sorted(found, key=lambda one: found[one])


def _lines(readers: Readers, epoch: str, after: int, upto: int) -> Iterator[tuple[bytes, int]]:
    left = MOST_IN_A_FILE
    while left > 0:
        rows = readers.rows(PAGE_SQL, {"after": after, "upto": upto, "limit": min(PAGE, left)})
        for row in rows:
            line = {"epoch": epoch} | row | {"data": orjson.loads(row["data"])}
            if line["symbol"] is None:
                del line["symbol"]
            yield wire.encode(line) + b"\n", int(row["seq"])
        if len(rows) < min(PAGE, left):
            return
        left -= len(rows)
        after = int(rows[-1]["seq"])


def _first(readers: Readers, after: int) -> int | None:
    found = readers.rows("SELECT MIN(seq) AS seq FROM journal WHERE seq > :after", {"after": after})[0]["seq"]
    return None if found is None else int(found)


def _check(path: Path, digest: str, facts: int) -> None:
    """What was written is read back from the disk, before anything is deleted on its account."""
    hashed, lines = hashlib.sha256(), 0
    try:
        for line in _opened(path):
            hashed.update(line)
            lines += 1
    except ArchiveDamaged as error:
        raise ArchiveFailed(error.message) from error
    if (hashed.hexdigest(), lines) != (digest, facts):
        raise ArchiveFailed("the archive reads back otherwise than it was written")


def _opened(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") as packed:
            yield from packed
    except (OSError, EOFError) as error:
        raise ArchiveDamaged(f"{path} can't be read: {error}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _tidy(folder: Path) -> None:
    """A crash may have left an unfinished file, or a hash whose file never came."""
    for part in folder.glob(f"*{UNFINISHED}"):
        part.unlink(missing_ok=True)
    for hashes in folder.glob(f"*{HASHES}"):
        if not hashes.with_name(hashes.name.removesuffix(HASHES)).exists():
            hashes.unlink(missing_ok=True)


def _store(path: Path, text: str) -> None:
    with path.open("w") as raw:
        raw.write(text)
        raw.flush()
        os.fsync(raw.fileno())


def _sync(folder: Path) -> None:
    """A renamed file is lasting only with its folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
