"""A change counts from the moment it is answered, also when this process's listeners are told of it later."""

import threading
from collections.abc import Iterator

import pytest

from events.envelope import Fact
from events.journal import open_journal
from runtime import make
from signals.sources import Sources
from tests.events.conftest import fact, unit
from tests.support.patience import PATIENCE
from tests.support.topology import within
from web.chosen import Chosen

pytestmark = pytest.mark.postgres
TOLD_LATER = "listeners are told later"


class Late:
    """Two journals on one database; `mine` reads what the other committed at `look`, and tells it at `tell`."""

    def __init__(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        threads = make("threads")
        self.mine, self.other = (open_journal(url, threads, poll_seconds=0.02) for _ in range(2))
        self._begun, self._may_look, self._found, self._may_tell = (threading.Event() for _ in range(4))
        self._read = self.mine._readers.after
        monkeypatch.setattr(self.mine._readers, "after", self._late)
        assert self._begun.wait(PATIENCE)

    def look(self) -> None:
        self._may_look.set()
        assert self._found.wait(PATIENCE)

    def tell(self) -> None:
        self._may_tell.set()

    def close(self) -> None:
        self._may_look.set()
        self._may_tell.set()
        self.mine.close()
        self.other.close()

    def _late(self, *args: object) -> list[Fact]:
        self._begun.set()
        self._may_look.wait(PATIENCE)
        found = self._read(*args)  # type: ignore[arg-type]
        self._found.set()
        self._may_tell.wait(PATIENCE)
        return found


@pytest.fixture
def late(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Late]:
    monkeypatch.setattr("events.journal.READING_SECONDS", 3 * PATIENCE)
    made = Late(postgres_url, monkeypatch)
    yield made
    made.close()


def test_two_changes_of_one_setting_both_count(late: Late) -> None:
    """Each changes a field, while another process's commit lies before them: both stay, here and in the database.

    Seen to fail with values that only the journal's listener changes: the second began from the default.
    """
    mine, other = late.mine, late.other
    chosen = Chosen(mine)
    other.append(unit(fact("between")))
    late.look()
    chosen.save("high_confidence", {"probability": 0.9}, "me")
    assert chosen.get("high_confidence", "me")["probability"] == 0.9
    chosen.save("high_confidence", {"notify": True}, "me")
    chosen.save("display", {"theme": "light"}, "me")
    chosen.reset("display", "me")
    assert mine.head == 0, TOLD_LATER
    both = {"notify": True, "probability": 0.9}
    for one in (chosen, Chosen(other)):
        assert (one.get("high_confidence", "me"), one.is_set("display", "me")) == (both, False)
    late.tell()
    within(lambda: mine.head == 5, TOLD_LATER)
    assert (chosen.get("high_confidence", "me"), chosen.is_set("display", "me")) == (both, False)


def test_what_was_committed_before_never_replaces_what_was_saved_after(late: Late) -> None:
    """Another process's older change of the same thing is told later and alone: the newer one stays, its token too.

    Seen to fail with each fact taken as it is told: the token that was rotated away opened the source again.
    """
    mine, other = late.mine, late.other
    chosen, sources = Chosen(mine), Sources(mine, "secret")
    elsewhere = Chosen(other), Sources(other, "secret")
    seen: list[tuple[object, str]] = []
    mine.listen(lambda facts: seen.append((chosen.get("display", "me")["theme"], sources.token("tradingview"))))
    elsewhere[0].save("display", {"theme": "light"}, "me")
    elsewhere[1].save("tradingview", "me", symbol="AAPL")
    late.look()
    chosen.save("display", {"theme": "dark"}, "me")
    new = sources.rotate("tradingview", "me")
    assert mine.head == 0, TOLD_LATER
    token = sources.token(new.name)
    late.tell()
    within(lambda: mine.head == 4, TOLD_LATER)
    assert set(seen) == {("dark", token)}
