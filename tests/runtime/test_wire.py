"""A connection that was taken over lives without its request, on both engines."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE
from tests.support.topology import within

ROOT = Path(__file__).parents[2]
MAX_SOCKETS = 20

pytestmark = pytest.mark.socket


class Taking:
    """The child of tests/runtime/taking.py and how to talk to it."""

    def __init__(self, engine: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.runtime.taking", engine, str(MAX_SOCKETS), "0.2"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def open(self, receive_buffer: int = 0) -> socket.socket:
        line = socket.socket()
        if receive_buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        line.settimeout(PATIENCE)
        line.connect(("127.0.0.1", self.port))
        line.sendall(b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n")
        return line

    def taken(self, receive_buffer: int = 0) -> socket.socket:
        line = self.open(receive_buffer)
        assert line.recv(100) == b"yours"
        return line


@pytest.fixture(scope="module", params=["eventlet", "gevent"])
def taking(request: pytest.FixtureRequest) -> Iterator[Taking]:
    one = Taking(request.param)
    yield one
    if one.process.poll() is None:
        one.process.kill()
        one.process.communicate()


def ask(line: socket.socket, said: bytes) -> bytes:
    line.sendall(said)
    return line.recv(100)


def test_what_came_behind_its_request_is_not_lost(taking: Taking) -> None:
    """It lies in the engine's reader, from which nobody reads again. Seen to fail with an owner that is given none."""
    line = socket.create_connection(("127.0.0.1", taking.port), timeout=PATIENCE)
    line.sendall(b"GET / HTTP/1.1\r\nHost: desk\r\n\r\n, and early")
    assert line.recv(100) == b"yours, and early"
    assert ask(line, b"more") == b"MORE"


def test_one_that_was_closed_has_no_number(taking: Taking) -> None:
    """Else a broadcast would reach whoever has that number by then. One on which a task waits keeps it until that woke.

    Seen to fail with a `fileno` that is remembered, and with a `close` that does not wait for the task.
    """
    with taking.taken() as asking, taking.taken() as resting, taking.taken(receive_buffer=4096) as flooded:
        resting.sendall(b"rest")
        within(lambda: ask(asking, b"resting") == b"1", "it rests")
        assert ask(asking, b"drop") == b"-1"
        flooded.sendall(b"flood")
        assert flooded.recv(1) == b"x"
        assert int(ask(asking, b"drop")) >= 0
        within(lambda: ask(asking, b"dropped") == b"-1", "the task woke up")


def test_it_costs_no_task_and_keeps_nothing_of_its_request(taking: Taking) -> None:
    """Ten more of them: not one task more, no request kept, and each answers.

    Seen to fail with an application that waits a second after it took: ten requests, ten tasks.
    """
    first = taking.taken()
    ask(first, b"count")
    before = ask(first, b"count").split(b", ")[1]
    more = [taking.taken() for _ in range(10)]
    within(lambda: ask(first, b"count") == b"0 requests, " + before, "all that they cost is let go")
    assert [ask(line, b"hello") for line in more] == [b"HELLO"] * 10
    for line in (first, *more):
        line.close()


def test_one_that_does_not_read_holds_up_only_itself(taking: Taking) -> None:
    """8 MB for a client that sleeps: another is answered at once, and the sleeper gets all of it in the end."""
    slow, quick = taking.taken(receive_buffer=4096), taking.taken()
    slow.sendall(b"flood")
    time.sleep(0.1)
    assert ask(quick, b"hello") == b"HELLO", "and nobody has read a byte of the flood"
    got = 0
    while got < 8_000_000:
        got += len(slow.recv(1 << 20))
    assert ask(slow, b"there") == b"THERE"
    slow.close()
    quick.close()


def test_who_rests_is_told_later(taking: Taking) -> None:
    """What comes while nobody watches is read when somebody does again."""
    line, other = taking.taken(), taking.taken()
    line.sendall(b"rest")
    within(lambda: ask(other, b"resting") == b"1", "it rests")
    line.sendall(b"later")
    line.settimeout(0.1)
    with pytest.raises(TimeoutError):
        line.recv(100)
    other.sendall(b"again")
    line.settimeout(PATIENCE)
    assert line.recv(100) == b"LATER"
    line.close()
    other.close()


def test_it_counts_until_it_is_closed(taking: Taking) -> None:
    """A house full of them turns one more away; those that left, also with a send that was stuck, make room."""
    held = [taking.taken(receive_buffer=4096) for _ in range(MAX_SOCKETS)]
    for line in held[:5]:
        line.sendall(b"flood")
    refused = taking.open()
    assert refused.recv(100).startswith(b"HTTP/1.1 503 ")
    for line in held:
        line.close()
    refused.close()
    first = within(lambda: let_in(taking), "there is room again")
    within(lambda: ask(first, b"open") == b"1", "all of them are gone")
    again = [taking.taken() for _ in range(MAX_SOCKETS - 1)]
    for line in (first, *again):
        line.close()


def let_in(taking: Taking) -> socket.socket | None:
    """A connection that was not turned away."""
    line = taking.open()
    if line.recv(100) == b"yours":
        return line
    line.close()
    return None


def test_stopping_ends_it_after_its_time(taking: Taking) -> None:
    """The last of these tests: its owner hears the end and closes, and nothing is complained about."""
    line = within(lambda: let_in(taking), "there is room")
    within(lambda: ask(line, b"open") == b"1", "those of the tests before are gone")
    said, complaints = taking.process.communicate("\n", timeout=PATIENCE)
    assert line.recv(100) == b""
    assert said == "1 open\nstopped with 0 open\n"
    assert complaints == ""
