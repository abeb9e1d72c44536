"""What an engine promises, as one process: prints "ok" or fails. Run by test_engines with engine and task."""

import sys

import runtime

ENGINE = sys.argv[1]
runtime.patch(ENGINE)  # type: ignore[arg-type]
runtime.assert_patched(ENGINE)  # type: ignore[arg-type]

import ctypes  # noqa: E402
import hashlib  # noqa: E402
import os  # noqa: E402
import socket  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from types import SimpleNamespace  # noqa: E402

from runtime.native import get_ident  # noqa: E402

engine = runtime.make(ENGINE)  # type: ignore[arg-type]
# Seconds for what must come: the machine may stand still for some of them.
PATIENCE = 30.0


def grind(rounds: int) -> str:
    """Busy without the GIL, as a database or a model is."""
    return hashlib.pbkdf2_hmac("sha256", b"a", b"b", rounds).hex()


class Gate:
    """A native job waits at it until it is opened, however long that takes."""

    def __init__(self) -> None:
        self._out, self._in = os.pipe()

    def wait(self) -> None:
        """Not `os.read`: the engines make that one green."""
        ctypes.CDLL(None).read(self._out, ctypes.create_string_buffer(1), 1)

    def open(self, times: int = 1) -> None:
        os.write(self._in, b"x" * times)


class Beating:
    """A task that beats a hundred times a second while the loop goes round."""

    def __init__(self) -> None:
        self.beats = 0
        self.task = engine.spawn(self._run)

    def _run(self) -> None:
        while True:
            engine.sleep(0.01)
            self.beats += 1

    def goes_on_during(self, ask: Callable[[], object]) -> bool:
        """Whether it beat on while something took its time; once of several, for a machine with other work."""
        for _ in range(10):
            before = self.beats
            ask()
            if self.beats - before > 5:
                return True
        return False


def blocking() -> None:
    """Native jobs run beside the loop, give back values and errors, and end by their deadline."""
    beating = Beating()
    here = get_ident()
    assert engine.call_blocking(get_ident) != here, "it ran on the loop"
    assert beating.goes_on_during(lambda: engine.call_blocking(grind, 1_000_000)), "the loop stood still"
    try:
        engine.call_blocking(int, "x")
    except ValueError as error:
        said = str(error)
    else:
        said = "nothing"
    assert "invalid literal" in said, "the error was lost"
    gate = Gate()
    try:
        engine.call_blocking(gate.wait, timeout=0.05)
    except TimeoutError:
        gate.open()
    else:
        raise AssertionError("no deadline")
    beating.task.kill()
    assert ENGINE == "threads" or beating.task.join(PATIENCE)


def lanes() -> None:
    """A lane that hangs holds up neither another lane nor the shared one."""
    hung, free, gate = engine.lane("hung", 1), engine.lane("free", 1), Gate()
    tasks = [engine.spawn(hung.call, gate.wait) for _ in range(3)]
    deadline = time.monotonic() + PATIENCE
    while hung.waiting < 3:
        assert time.monotonic() < deadline
        engine.sleep(0.01)
    assert free.call(len, "four") == 4
    assert engine.call_blocking(len, "four") == 4
    assert hung.waiting == 3
    gate.open(3)
    assert all(task.join(PATIENCE) for task in tasks)
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
    assert late.wait(PATIENCE)
    assert not engine.waiter().wait(0.02)
    event, order = threading.Event(), []

    def wait() -> None:
        event.wait(PATIENCE)
        order.append("woken")

    waiting = engine.spawn(wait)
    engine.sleep(0.02)
    order.append("set")
    event.set()
    assert waiting.join(PATIENCE)
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
    beating = Beating()
    assert socket.getaddrinfo("desk.example.org", 443) == found
    assert beating.goes_on_during(lambda: socket.getaddrinfo("desk.example.org", 443)), "the loop stood still"
    beating.task.kill()


def load() -> None:
    """Two thousand jobs of forty tasks: every answer reaches its own caller."""
    wrong: list[int] = []

    def ask(base: int) -> None:
        wrong.extend(n for n in range(base, base + 50) if engine.call_blocking(abs, -n) != n)

    tasks = [engine.spawn(ask, base * 50) for base in range(40)]
    assert all(task.join(PATIENCE) for task in tasks)
    assert wrong == []


if __name__ == "__main__":
    {"blocking": blocking, "lanes": lanes, "waiters": waiters, "names": names, "load": load}[sys.argv[2]]()
    print("ok")
