"""What an application answers arrives as HTTP/1.1 says, whole or in pieces, and its failures end in a 500 or a cut."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from runtime.answer import GATHERED_BYTES, Answer
from runtime.head import ordinary

Start = Callable[..., Callable[[bytes], None]]


class Sent:
    """Answers a request by an application, and keeps each piece that was sent."""

    def __init__(
        self,
        app: Callable[[Start], Iterable[bytes]],
        method: str = "GET",
        fields: str = "",
        *,
        stopping: bool = False,
        taken: bool = False,
        pieces: list[bytes] | None = None,
    ) -> None:
        head = ordinary(f"{method} / HTTP/1.1\r\nHost: a\r\n{fields}\r\n".encode())
        assert head is not None
        self.pieces = [] if pieces is None else pieces
        answer = Answer(head, self.pieces.append, lambda: not stopping)
        answer.by(lambda environ, start: app(start), {}, lambda: taken)
        self.kept = answer.kept

    @property
    def head(self) -> list[str]:
        """Without the date."""
        lines = b"".join(self.pieces).partition(b"\r\n\r\n")[0].decode().split("\r\n")
        return [line for line in lines if not line.startswith("Date: ")]

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces).partition(b"\r\n\r\n")[2]


def says(*parts: bytes, status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()) -> Callable[[Start], Any]:
    def app(start: Start) -> list[bytes]:
        start(status, list(headers))
        return list(parts)

    return app


def test_a_whole_answer_is_one_send() -> None:
    """With its length, however many parts it has."""
    sent = Sent(says(b"one", b"two" * GATHERED_BYTES))
    assert len(sent.pieces) == 1
    assert sent.head == ["HTTP/1.1 200 OK", f"Content-Length: {3 + 3 * GATHERED_BYTES}"]
    assert sent.body.startswith(b"onetwo")


def test_an_answer_that_is_made_piece_by_piece_is_sent_so() -> None:
    """In chunks where its length is not known; what is short is gathered, and an empty part ends nothing."""

    pieces: list[bytes] = []

    def app(start: Start) -> Iterator[bytes]:
        start("200 OK", [])
        yield b"x" * GATHERED_BYTES
        assert len(pieces) == 1
        yield b""
        yield b"y"
        yield b"z"

    sent = Sent(app, pieces=pieces)
    assert sent.head[1:] == ["Transfer-Encoding: chunked"]
    assert sent.body == b"200\r\n" + b"x" * 512 + b"\r\n2\r\nyz\r\n0\r\n\r\n"
    short = Sent(lambda start: (start("200 OK", []), iter([b"a", b"b"]))[1])
    assert (short.head[1:], short.body) == (["Content-Length: 2"], b"ab")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_what_has_no_body_is_sent_without_one(status: str) -> None:
    """Neither a length nor a byte: a client would take it for the next answer."""
    sent = Sent(says(b"never", status=status))
    assert (sent.head, sent.body) == ([f"HTTP/1.1 {status}"], b"")
    asked = Sent(says(b"never", headers=[("Content-Length", "5")]), "HEAD")
    assert (asked.head[1:], asked.body) == (["Content-Length: 5"], b"")


def test_a_connection_is_kept_as_the_client_and_the_server_want() -> None:
    """Said where it is not plain: to who asked to keep it, and where it ends."""
    kept = Sent(says(b"", headers=[("Date", "today")]), fields="Connection: Keep-Alive\r\n")
    assert kept.kept
    assert kept.head[1:] == ["Content-Length: 0", "Connection: keep-alive"]
    assert not Sent(says(b""), fields="Connection: close\r\n").kept
    stopped = Sent(says(b""), stopping=True)
    assert stopped.head[1:] == ["Content-Length: 0", "Connection: close"]
    assert not stopped.kept


def test_a_failure_is_a_500_or_a_cut_and_closes_what_was_begun() -> None:
    """Before anything was sent the client is told; after that only the connection's end can say it.

    Seen to fail with the failure raised to the engine: there was no answer.
    """
    closed: list[str] = []

    class Broken:
        def __init__(self, start: Start, first: bytes) -> None:
            self._first = first
            start("200 OK", [])

        def __iter__(self) -> Iterator[bytes]:
            yield self._first
            raise ValueError("broken")

        def close(self) -> None:
            closed.append("closed")

    early = Sent(lambda start: Broken(start, b""))
    assert early.head[0] == "HTTP/1.1 500 Internal Server Error"
    late = Sent(lambda start: Broken(start, b"x" * GATHERED_BYTES))
    assert late.head[0] == "HTTP/1.1 200 OK"
    assert not late.body.endswith(b"0\r\n\r\n")
    silent = Sent(lambda start: [b"no status"])
    assert silent.head[0] == "HTTP/1.1 500 Internal Server Error"
    assert closed == ["closed", "closed"]
    assert [sent.kept for sent in (early, late, silent)] == [False] * 3


def test_a_connection_that_was_taken_is_left_alone() -> None:
    """The application answers by itself: nothing is sent behind its back."""

    assert Sent(lambda start: [], taken=True).pieces == []
