"""The numbers of wires are remembered exactly as long as they are right."""

from runtime.lineup import Lineup, closings
from runtime.wire import Wire
from tests.runtime.pairs import Pairs


def numbers(lineup: Lineup[str]) -> list[int]:
    return lineup.places()[::2].tolist()


class Counting:
    """A wire that counts how often it is asked."""

    def __init__(self, wire: Wire) -> None:
        self.wire, self.asked = wire, 0

    def fileno(self) -> int:
        self.asked += 1
        return self.wire.fileno()


def test_a_number_is_asked_for_once(pairs: Pairs) -> None:
    """A hundred wires that nobody has touched for a while take as long to ask as five sends."""
    one, other = (Counting(pair.near) for pair in pairs(2))
    lineup: Lineup[str] = Lineup()
    lineup.add("one", one)  # type: ignore[arg-type]
    assert numbers(lineup) == numbers(lineup) == [one.wire.fileno()]
    lineup.add("other", other)  # type: ignore[arg-type]
    assert numbers(lineup) == numbers(lineup) == [one.wire.fileno(), other.wire.fileno()]
    lineup.discard("one")
    lineup.discard("stranger")
    assert numbers(lineup) == numbers(lineup) == [other.wire.fileno()]
    assert (one.asked, other.asked) == (2, 2)
    assert (list(lineup), list(lineup.wires), len(lineup)) == (["other"], [other], 1)


def test_any_wire_s_end_has_all_asked_anew(pairs: Pairs) -> None:
    """Wherever it stands: one count is asked, and not each wire.

    Seen to fail with numbers that only a change of the line-up makes old.
    """
    mine, elsewhere = pairs(2)
    lineup: Lineup[str] = Lineup()
    lineup.add("mine", mine.near)
    number = mine.near.fileno()
    assert numbers(lineup) == [number]
    before = closings.count
    elsewhere.near.close()
    elsewhere.near.close()
    assert closings.count > before
    mine.near.close()
    assert numbers(lineup) == [-1]
