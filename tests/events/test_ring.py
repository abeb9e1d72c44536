"""What the newest facts take of memory: their number is bounded, and so are their bytes."""

import tracemalloc
from collections.abc import Callable

import pytest

from events.envelope import Fact
from events.journal import Journal, open_journal
from events.reading import PAGE_BYTES
from events.ring import LARGE_BYTES, Ring
from runtime import Runtime
from tests.events.conftest import fact, unit

SIZE = 100
HELD = SIZE * LARGE_BYTES


def large(text: int) -> Fact:
    return fact(data={"event_type": "info", "pad": "x" * text})


def at(first: int, facts: list[Fact]) -> list[Fact]:
    return [one.at("e", first + n) for n, one in enumerate(facts)]


def reach(ring: Ring) -> int:
    """How many facts it holds."""
    return next(n for n in range(SIZE, -1, -1) if ring.after(ring.head - n) is not None)


def text(facts: list[Fact] | None) -> int:
    return sum(len(one.text()) for one in facts or ())


def test_large_facts_are_held_by_their_bytes() -> None:
    """However they come: what is held is in order to the newest, and together no more than if none were large.

    Seen to fail with a bound by number alone: 9 MB where 0.8 were to be held.
    """
    ring = Ring(SIZE, 0)
    for first, many in ((1, 1), (2, 40), (42, 3), (45, 200), (245, 7)):
        ring.add(at(first, [large(90_000) for _ in range(many)]))
        held = ring.after(ring.head - reach(ring))
        assert held is not None
        assert [one.seq for one in held] == list(range(ring.head - len(held) + 1, ring.head + 1))
        assert HELD - 2 * 90_000 < text(held) <= HELD or ring.head < 9
        assert ring.after(ring.head - len(held) - 1) is None
    assert ring.after(ring.head) == []


def test_small_facts_are_held_by_their_number() -> None:
    """Large ones among them leave with whatever is before them, so that none is missing, and are counted no more."""
    ring = Ring(SIZE, 0)
    ring.add(at(1, [large(10)] * 95))
    assert reach(ring) == 95
    ring.add(at(96, [large(HELD // 2)] * 2))
    assert reach(ring) == 1, "two of them with their quotation marks are too much"
    ring.add(at(98, [large(10)] * SIZE))
    assert reach(ring) == SIZE
    ring.add(at(198, [large(HELD // 2)]))
    assert reach(ring) == SIZE, "those that left before count no more"
    assert text(ring.after(ring.head - SIZE)) < 2 * HELD


def test_the_newest_is_held_however_large_it_is() -> None:
    """Who stands right before it needs no database for it, also when the next one has come."""
    ring = Ring(SIZE, 0)
    ring.add(at(1, [large(LARGE_BYTES)] * 3))
    ring.add(at(4, [large(2 * HELD)]))
    assert reach(ring) == 1
    ring.add(at(5, [large(10)]))
    newest = ring.after(3)
    assert newest is not None
    assert [one.seq for one in newest] == [4, 5]


@pytest.fixture
def opens(threads: Runtime) -> Callable[[str], Journal]:
    return lambda url: open_journal(url, threads, ring=SIZE)


def test_a_start_reads_no_more_than_it_keeps(opens: Callable[[str], Journal], sqlite_url: str) -> None:
    """Whatever was published before a restart, it takes the memory of the ring and a page; older facts are read.

    Seen to fail with the newest by number: 20 MB.
    """
    journal = opens(sqlite_url)
    for _ in range(SIZE):
        journal.append(unit(large(100_000)))
    journal.append(unit(large(10)))
    journal.close()
    tracemalloc.start()
    try:
        journal = opens(sqlite_url)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    try:
        assert most < 9e6
        assert text(journal.ring_after(SIZE - 1)) > 100_000
        assert journal.ring_after(SIZE - 10) is None
        assert [one.seq for one in journal.after(0, 3)] == [1, 2, 3]
        assert journal.append(unit(fact())).facts[0].seq == SIZE + 2
    finally:
        journal.close()


def test_a_start_knows_the_newest_by_number(opens: Callable[[str], Journal], url: str) -> None:
    """As many as are to be kept of many small ones, all of a few, none of none."""
    for many in (1, 37, 250, 1):
        journal = opens(url)
        head = journal.head
        assert reach(journal._ring) == min(head, SIZE)
        assert [one.seq for one in journal.after(max(0, head - SIZE), 500)] == list(
            range(max(0, head - SIZE) + 1, head + 1)
        )
        journal.append(unit(*(fact(str(n)) for n in range(many))))
        journal.close()


def test_large_facts_are_read_a_few_at_a_time(opens: Callable[[str], Journal], url: str) -> None:
    """Who asks for many gets fewer of large ones, and goes on from there; one that is larger than that comes alone.

    Seen to fail with pages by number alone: all 43 came at once.
    """
    journal = opens(url)
    try:
        sizes = [100_000] * 20 + [2_000_000] + [100] * 2 + [100_000] * 20
        for size in sizes:
            journal.append(unit(large(size)))
        seen: list[int] = []
        while page := journal.after(len(seen), 100):
            assert text(page[:-1]) < PAGE_BYTES
            seen += [one.seq or 0 for one in page]
        assert seen == list(range(1, len(sizes) + 1))
    finally:
        journal.close()
