"""The load generator, compiled once and asked line by line; what it saw of a run, in milliseconds."""

from __future__ import annotations

import contextlib
import os
import struct
import subprocess
import tempfile
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from benchmarks.broadcast import machine
from scripts.compile import NO_COMPILER, compiler

POST, KEPT = struct.Struct("=qqqq256s"), 4096
ANSWER_SECONDS = 180.0


class Broken(Exception):
    """The server or the generator gave up: its words are the reason."""


def compiled(folder: Path, name: str = "generator") -> Path:
    """A program of C of this folder. SystemExit with the remedy when the machine has no compiler."""
    if not (command := compiler()):
        raise SystemExit(f"The load generator is C: {NO_COMPILER}.")
    program = folder / name
    source = Path(__file__).with_name(f"{name}.c")
    subprocess.run([*command, "-O2", "-pthread", "-o", program, source], check=True)
    return program


@dataclass(frozen=True)
class Post:
    """One posted request; times in monotonic ns, 0 for never."""

    due: int
    sent: int
    answered: int
    status: int
    body: str


@dataclass(frozen=True)
class Seen:
    """One event as the clients saw it: its first 4 KB, and when each had it (monotonic ns, 0: never)."""

    payload: bytes
    arrivals: array[int]


@dataclass(frozen=True)
class Run:
    posts: list[Post]
    events: list[Seen]
    dropped: int


class Generator:
    """`clients` of one server, and connections that post to it, pinned to a core. Use as a context manager.

    On a core that they share with the server they run when nobody else wants to, and an event's arrival is when the
    kernel had it, not when they came to read it: as if they were on another machine.
    """

    def __init__(
        self,
        program: Path,
        core: int,
        *,
        port: int,
        post_port: int,
        mode: str,
        path: str,
        token: str,
        shared: bool = False,
    ) -> None:
        command = [program, "--port", str(port), "--post-port", str(post_port), "--mode", mode, "--path", path]
        command += ["--stamps", "1" if shared else "0"]
        self._folder = tempfile.TemporaryDirectory()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"GENERATOR_TOKEN": token},
        )
        os.sched_setaffinity(self._process.pid, {core})
        if shared:
            machine.last_in_line(self._process.pid)

    def clients(self, count: int) -> float:
        """Let clients join until `count` stand; seconds that it took."""
        return float(self._ask(f"clients {count}")[2])

    def prepare(self, request: bytes, connections: int) -> None:
        """What is posted from now on, and by how many connections."""
        file = Path(self._folder.name) / "request"
        file.write_bytes(request)
        self._ask(f"post {file} {connections}")

    def one_by_one(self, events: int, each: int = 1) -> Run:
        """`events` posts, each after everybody had the `each` facts of the one before."""
        return self._send(f"{events} 0 {max(10.0, events * 0.2)}", each)

    def stream(self, rate: float, seconds: float, each: int = 1) -> Run:
        """`rate` posts a second at their own times, whatever becomes of those before."""
        return self._send(f"0 {rate} {seconds}", each)

    def listen(self, events: int, seconds: float) -> None:
        """Hear so many events that another generator's posts bring, from now on: `heard` has them."""
        self._ask(f"listen {events} {seconds} {self._seen}")

    def heard(self) -> Run:
        """What `listen` saw, once everybody had everything or its time was over."""
        return _read(self._seen, int(self._answer()[4]))

    def pause(self, seconds: float) -> None:
        """Only answer pings."""
        self._ask(f"pause {seconds}")

    def watch(self, seconds: float) -> None:
        """The same without ever sleeping: the server's core does not pay for waking the clients up."""
        self._ask(f"watch {seconds}")

    def _send(self, what: str, each: int) -> Run:
        answer = self._ask(f"send {what} {self._seen} {each}")
        return _read(self._seen, int(answer[4]))

    @property
    def _seen(self) -> Path:
        return Path(self._folder.name) / "seen"

    def _ask(self, line: str) -> list[str]:
        self._tell(line)
        return self._answer()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it ended: its last words are the answer's error
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def _answer(self) -> list[str]:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        answer = self._process.stdout.readline().split()
        if not answer:
            self._process.wait(10)
            raise Broken(self._process.stderr.read().strip() or "the generator ended")
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


def _read(file: Path, dropped: int) -> Run:
    data = file.read_bytes()
    posted, slots, clients = struct.unpack_from("=qqq", data)
    at = 24
    posts: list[Post] = []
    for _ in range(posted):
        due, sent, answered, status, body = POST.unpack_from(data, at)
        posts.append(Post(due, sent, answered, status, body.partition(b"\0")[0].decode(errors="replace")))
        at += POST.size
    events: list[Seen] = []
    for _ in range(slots):
        (length,) = struct.unpack_from("=q", data, at)
        arrivals = array("q")
        arrivals.frombytes(data[at + 8 + KEPT : at + 8 + KEPT + 8 * clients])
        events.append(Seen(data[at + 8 : at + 8 + min(length, KEPT)], arrivals))
        at += 8 + KEPT + 8 * clients
    return Run(posts, events, dropped)
