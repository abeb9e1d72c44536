"""Many that leave at once: each costs the same however many there are, and others have turns in between."""

import itertools
import sys
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from socketio import Server

from web.gateway import internals
from web.gateway.leaving import AT_ONCE, Leaving


def lines_run(what: Callable[[], None]) -> int:
    """How many lines of Python it took: what a walk over others shows in, on any machine."""
    count = 0

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal count
        del frame, arg
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        what()
    finally:
        sys.settrace(before)
    return count


def server(clients: int) -> Server:
    """Socket.IO's own, with so many clients and ours for its table of them; who gives a token is refused."""
    made = Server(client_manager=internals.Members(), async_mode="threading", async_handlers=False)
    made.on("connect", lambda sid, environ, auth=None: auth is None)
    for n in range(clients):
        come(made, f"client {n}")
    return made


def come(to: Server, eio_sid: str, auth: str = "") -> None:
    to._handle_eio_connect(eio_sid, {})
    to._handle_eio_message(eio_sid, f"0{auth}")


def test_who_leaves_costs_the_same_however_many_stay() -> None:
    """One that hangs up and one that is refused, beside 3 clients and beside 300; the others stay known.

    Seen to fail with the library's own table: 95 lines beside 3, 986 beside 300. Four thousand that left held up the
    loop for more than a second.
    """
    few, many = server(3), server(300)
    for what in (
        lambda one: one._handle_eio_disconnect("client 1", "hung up"),
        lambda one: come(one, "stranger", '{"token":1}'),
    ):
        beside_3, beside_300 = (lines_run(partial(what, one)) for one in (few, many))
        assert beside_3 == beside_300 > 0
    sids = [many.manager.sid_from_eio_sid(f"client {n}", "/") for n in range(300)]
    assert [n for n, sid in enumerate(sids) if sid is None] == [1]
    assert all(many.manager.is_connected(sid, "/") for sid in sids if sid is not None)


def test_others_have_turns_while_many_leave(caplog: pytest.LogCaptureFixture) -> None:
    """A thousand ends, one of them broken: all are done, by one task, and never more than a few in a row.

    Seen to fail with a task for each, which an engine runs all in one round.
    """
    tasks: list[Callable[[], None]] = []
    done: list[int] = []
    turns: list[int] = []
    runtime: Any = SimpleNamespace(spawn=tasks.append, sleep=lambda seconds: turns.append(len(done)))
    leaving = Leaving(runtime)

    def end(n: int) -> None:
        if n == 7:
            raise RuntimeError("it breaks")
        done.append(n)

    for n in range(1_000):
        leaving.add(lambda n=n: end(n))  # type: ignore[misc]
    assert len(tasks) == 1
    tasks.pop()()
    assert done == [n for n in range(1_000) if n != 7]
    assert max(b - a for a, b in itertools.pairwise([0, *turns, len(done)])) <= AT_ONCE
    assert "could not be ended" in caplog.text
    leaving.add(lambda: done.append(-1))
    tasks.pop()()
    assert done[-1] == -1
