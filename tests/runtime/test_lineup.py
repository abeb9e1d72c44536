"""The numbers of wires are remembered exactly as long as they are right."""

from runtime.lineup import Lineup
from tests.runtime.pairs import Pairs


def numbers(lineup: Lineup[str]) -> list[int]:
    return lineup.entries()[::2].tolist()


def test_a_number_is_asked_for_once(pairs: Pairs) -> None:
    """A hundred wires that nobody has touched for a while take as long to ask as five sends."""
    one, other = (pair.near for pair in pairs(2))
    lineup: Lineup[str] = Lineup()
    lineup.add("one", one)
    first = numbers(lineup)
    lineup.discard("stranger")
    assert numbers(lineup) == first
    assert one.asked == 1
    lineup.add("other", other)
    both = numbers(lineup)
    assert numbers(lineup) == both
    lineup.discard("one")
    assert numbers(lineup) == numbers(lineup) == both[1:]
    assert first == both[:1]
    assert (one.asked, other.asked) == (2, 2)
    assert (list(lineup), list(lineup.wires), len(lineup)) == (["other"], [other], 1)


def test_any_wire_s_end_has_all_asked_anew(pairs: Pairs) -> None:
    """Wherever it stands: one count is asked, and not each wire.

    Seen to fail with numbers that only a change of the line-up makes old.
    """
    mine, elsewhere = (pair.near for pair in pairs(2))
    lineup: Lineup[str] = Lineup()
    lineup.add("mine", mine)
    before = numbers(lineup)
    elsewhere.close()
    assert numbers(lineup) == before
    assert mine.asked == 2
    mine.close()
    assert numbers(lineup) == [-1]


def test_one_that_is_closed_while_it_is_waited_for_has_its_number_until_then(pairs: Pairs) -> None:
    """It is given back by whoever waited. Seen to fail with a give-back there that nobody counts."""
    wire = pairs(1)[0].near
    lineup: Lineup[str] = Lineup()
    lineup.add("waited for", wire)
    before: list[list[int]] = []
    close = wire.close
    wire.close = lambda: (close(), before.append(numbers(lineup)))[0]  # type: ignore[method-assign]
    wire.wait_writable()
    assert before[0][0] > 0
    assert numbers(lineup) == [-1]
