"""What an engine promises, as one process: prints "ok" or fails. Run by test_engines with engine and task."""

import sys

import runtime

ENGINE = sys.argv[1]
runtime.patch(ENGINE)  # type: ignore[arg-type]
runtime.assert_patched(ENGINE)  # type: ignore[arg-type]

import hashlib  # noqa: E402
import socket  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from types import SimpleNamespace  # noqa: E402

from runtime.native import get_ident  # noqa: E402

engine = runtime.make(ENGINE)  # type: ignore[arg-type]


def grind(rounds: int) -> str:
    """Busy without the GIL, as a database or a model is."""
    return hashlib.pbkdf2_hmac("sha256", b"a", b"b", rounds).hex()


def blocking() -> None:
    """Native jobs run beside the loop, give back values and errors, and end by their deadline."""
    beats: list[float] = []

    def beat() -> None:
        while True:
            engine.sleep(0.01)
            beats.append(time.monotonic())

    beating = engine.spawn(beat)
    here = get_ident()
    assert engine.call_blocking(get_ident) != here, "it ran on the loop"
    engine.call_blocking(grind, 1_000_000)
    assert len(beats) > 5, "the loop stood still"
    try:
        engine.call_blocking(int, "x")
    except ValueError as error:
        said = str(error)
    else:
        said = "nothing"
    assert "invalid literal" in said, "the error was lost"
    began = time.monotonic()
    try:
        engine.call_blocking(grind, 3_000_000, timeout=0.05)
    except TimeoutError:
        assert time.monotonic() - began < 0.3
    else:
        raise AssertionError("no deadline")
    beating.kill()
    assert ENGINE == "threads" or beating.join(1.0)


def lanes() -> None:
    """A lane that hangs holds up neither another lane nor the shared one."""
    hung, free = engine.lane("hung", 1), engine.lane("free", 1)
    tasks = [engine.spawn(hung.call, grind, 2_000_000) for _ in range(3)]
    engine.sleep(0.05)
    began = time.monotonic()
    assert free.call(len, "four") == 4
    assert engine.call_blocking(len, "four") == 4
    assert time.monotonic() - began < 0.3
    assert hung.waiting == 3
    assert all(task.join(20) for task in tasks)
    assert hung.waiting == 0
    hung.close()
    try:
        hung.call(len, "")
    except RuntimeError:
        return
    raise AssertionError("a closed lane took a job")


def waiters() -> None:
    """A waiter wakes once set, before or after; it gives up in time; std-lib primitives are green."""
    early = engine.waiter()
    early.set()
    assert early.wait(0)
    late = engine.waiter()
    engine.spawn(late.set)
    assert late.wait(2.0)
    assert not engine.waiter().wait(0.02)
    event, order = threading.Event(), []

    def wait() -> None:
        event.wait(2.0)
        order.append("woken")

    waiting = engine.spawn(wait)
    engine.sleep(0.02)
    order.append("set")
    event.set()
    assert waiting.join(2.0)
    assert order == ["set", "woken"]


def names() -> None:
    """A name server that takes its time holds up who asked, not the loop."""

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))]

    def slow(*args: object, **how: object) -> list[object]:
        grind(1_000_000)
        return list(found)

    if ENGINE == "eventlet":
        from runtime import eventlet_engine

        eventlet_engine.RESOLVE = slow
    else:
        from gevent.resolver import thread

        thread._socket = SimpleNamespace(**vars(thread._socket) | {"getaddrinfo": slow})
    beats: list[float] = []

    def beat() -> None:
        while True:
            engine.sleep(0.01)
            beats.append(time.monotonic())

    beating = engine.spawn(beat)
    assert socket.getaddrinfo("desk.example.org", 443) == found
    beating.kill()
    assert len(beats) > 5, "the loop stood still"


def load() -> None:
    """Two thousand jobs of forty tasks: every answer reaches its own caller."""
    wrong: list[int] = []

    def ask(base: int) -> None:
        wrong.extend(n for n in range(base, base + 50) if engine.call_blocking(abs, -n) != n)

    tasks = [engine.spawn(ask, base * 50) for base in range(40)]
    assert all(task.join(20) for task in tasks)
    assert wrong == []


if __name__ == "__main__":
    {"blocking": blocking, "lanes": lanes, "waiters": waiters, "names": names, "load": load}[sys.argv[2]]()
    print("ok")
