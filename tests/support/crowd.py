"""Many followers in one thread: they read everything, remember how far they came, and cost the test little."""

import heapq
import random
import selectors
import threading
import time
from collections.abc import Callable, Sequence

from tests.support.member import Kind, Member
from tests.support.patience import PATIENCE

JOINING_AT_ONCE = 20  # more would try the listen queue, not what follows
# A browser that lost its desk asks soon, then not so soon, and never in step with others.
FIRST_RETURN, LAST_RETURN = 0.2, 2.0


class Crowd:
    """`size` members of each kind in turn; use as a context manager. When `returning`, who is let go comes back."""

    def __init__(self, port: int, size: int, kinds: Sequence[Kind] = ("ws",), *, returning: bool = False) -> None:
        self.members = [Member(port, kinds[n % len(kinds)]) for n in range(size)]
        self._returning = returning
        self._closing = threading.Event()
        self._error: Exception | None = None
        self._due: list[tuple[float, int, int]] = []  # when, who, after how many tries
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Crowd":
        self._thread.start()
        try:
            self.wait_until(lambda: all(member.joined for member in self.members), "somebody never joined")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(PATIENCE)

    def wait_for(self, seq: int, seconds: float = PATIENCE) -> None:
        """Until everybody has that fact."""
        self.wait_until(lambda: all(member.seq >= seq for member in self.members), f"not everybody got {seq}", seconds)

    def wait_until(self, true: Callable[[], bool], otherwise: str, seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            if self._error is not None:
                raise self._error
            behind = sorted(member.seq for member in self.members)[:5]
            assert time.monotonic() < deadline, f"{otherwise}; the last stand at {behind}"
            time.sleep(0.02)

    def assert_lossless(self) -> None:
        """Nobody missed a fact, got one twice, or had to start over."""
        assert [member.gaps for member in self.members if member.gaps] == []
        assert {tuple(member.resets) for member in self.members} == {("new",)}

    def _run(self) -> None:
        try:
            with selectors.DefaultSelector() as selector:
                self._follow(selector)
        except Exception as error:
            self._error = error

    def _follow(self, selector: selectors.BaseSelector) -> None:
        new = list(range(len(self.members)))
        while not self._closing.is_set():
            while new and len(self.members) - len(new) - sum(one.joined for one in self.members) < JOINING_AT_ONCE:
                self._connect(selector, new.pop(), 0)
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                _, number, tries = heapq.heappop(self._due)
                self._connect(selector, number, tries)
            for key, _ in selector.select(0.02):
                member = self.members[key.data]
                if not member.read():
                    selector.unregister(key.fileobj)
                    self._come_back(key.data, 0)
        for member in self.members:
            member.close()

    def _connect(self, selector: selectors.BaseSelector, number: int, tries: int) -> None:
        member = self.members[number]
        if member.connect():
            selector.register(member.raw, selectors.EVENT_READ, number)
        else:
            self._come_back(number, tries + 1)

    def _come_back(self, number: int, tries: int) -> None:
        if self._returning:
            wait = random.uniform(0.5, 1.0) * min(LAST_RETURN, FIRST_RETURN * 2.0**tries)
            heapq.heappush(self._due, (time.monotonic() + wait, number, tries))
