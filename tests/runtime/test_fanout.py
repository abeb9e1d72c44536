"""The same bytes to many sockets: by C and by Python alike, whatever the sockets do."""

import os
import random

import pytest

from runtime.fanout import FEW, ByPython, FanOut
from runtime.lineup import Lineup
from tests.runtime.pairs import Pair, Pairs
from tests.support.compiled import by_c


def lined_up(pairs: list[Pair]) -> Lineup[int]:
    lineup: Lineup[int] = Lineup()
    for place, pair in enumerate(pairs):
        lineup.add(place, pair.near)
    return lineup


@pytest.fixture(params=["C", "Python"])
def fan_out(request: pytest.FixtureRequest) -> FanOut:
    return by_c() if request.param == "C" else ByPython()


@pytest.mark.parametrize("count", [0, 1, FEW, 50])
def test_everybody_has_the_same(fan_out: FanOut, pairs: Pairs, count: int) -> None:
    wires = pairs(count)
    assert fan_out(lined_up(wires), b"\x81\x03a\0b") == []
    assert [pair.read(5) for pair in wires] == [b"\x81\x03a\0b"] * count


def test_who_does_not_take_it_is_named_with_what_he_took(fan_out: FanOut, pairs: Pairs) -> None:
    """Full, broken, closed, and one that takes a beginning, in any order; everybody else has all of it, once.

    Seen to fail by C with a pass that ends at the first who missed, and with an error that counts as taking -1.
    """
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    size = 4 << 20  # more than the kernel takes at once
    kinds = [chance.choice(("well", "full", "broken", "closed", "short")) for _ in range(60)] + ["full", "short"]
    wires = pairs(len(kinds))
    for kind, pair in zip(kinds, wires, strict=True):
        if kind == "full":
            pair.fill()
        elif kind == "broken":
            pair.far.close()
        elif kind == "closed":
            pair.near.close()
    small = b"a frame"
    expected = {place for place, kind in enumerate(kinds) if kind in ("full", "broken", "closed")}
    assert fan_out(lined_up(wires), small) == [(place, 0) for place in sorted(expected)]
    short = [place for place, kind in enumerate(kinds) if kind == "short"]
    missed = dict(fan_out(lined_up([wires[place] for place in short]), b"s" * size))
    assert sorted(missed) == list(range(len(short)))
    assert all(0 < took < size for took in missed.values())
    for place, kind in enumerate(kinds):
        if kind in ("well", "short"):
            assert wires[place].read(len(small)) == small
    for place, took in missed.items():
        assert wires[short[place]].read(took) == b"s" * took


def test_one_that_was_closed_is_never_another_s(fan_out: FanOut, pairs: Pairs) -> None:
    """Its number is given to the next connection. Seen to fail with numbers that are kept."""
    *wires, other = pairs(FEW + 1)
    lineup = lined_up(wires)
    assert fan_out(lineup, b"1") == []
    number = wires[1].near.fileno()
    wires[1].near.close()
    os.dup2(other.near.fileno(), number)
    assert fan_out(lineup, b"2") == [(1, 0)]
    os.close(number)
    other.far.setblocking(False)
    with pytest.raises(BlockingIOError):
        other.far.recv(1)
