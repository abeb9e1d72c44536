"""What the journal promises to whoever appends: whole units, numbers without holes, the truth about what is stored."""

import threading
from collections.abc import Callable

import pytest

from events.errors import BadUnit, CursorMoved, NotFinite
from events.journal import Change, CursorMove, Delivery, Entry, Journal, Unit
from tests.events.conftest import OpenJournal, fact, unit

SETTING = "INSERT INTO settings (key, value, updated_at) VALUES (:key, :value, 'now')"


def together(jobs: list[Callable[[], None]]) -> None:
    """Run all at the same time and wait for them."""
    workers = [threading.Thread(target=job) for job in jobs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)


def test_facts_come_back_as_they_were_stored(journal: Journal, opened: OpenJournal, url: str) -> None:
    """A fact keeps every field, and after a restart it reads the same from the database."""
    said = fact("Straße – ñ", data={"event_type": "info", "n": 8.21e-06, "deep": [None, {"a": "\0"}]}, symbol="NQ1!")
    stored = journal.append(unit(said)).facts[0]
    assert stored == said.at(journal.epoch, 1)
    journal.close()
    again = opened(url)
    assert (again.epoch, again.head, again.after(0)) == (journal.epoch, 1, [stored])


def test_a_nul_in_a_message_is_stored_on_every_database(journal: Journal) -> None:
    """Postgres has no NUL in text; a message that holds one must not be refused for it."""
    journal.append(unit(fact("a\0b")))
    assert journal.query("SELECT message FROM journal") == [{"message": "a\N{REPLACEMENT CHARACTER}b"}]


def test_numbers_rise_by_one_whoever_appends(journal: Journal) -> None:
    """Eight callers at once: numbers without a hole, listeners told in order before any caller goes on."""
    heard: list[int] = []
    journal.listen(lambda facts: heard.extend(one.seq or 0 for one in facts))
    late: list[int] = []

    def append() -> None:
        for n in range(25):
            seq = journal.append(unit(fact(str(n)))).facts[0].seq or 0
            if seq not in heard:
                late.append(seq)

    together([append] * 8)
    assert heard == list(range(1, 201))
    assert late == []
    assert [one.seq for one in journal.after(0, 1000)] == heard


def test_one_bad_unit_never_fails_its_neighbours(journal: Journal) -> None:
    """Units that the database refuses leave no trace and no hole, while those beside them in the group are stored."""
    known = journal.append(unit(fact())).facts[0]
    outcomes: dict[int, str] = {}
    bad = [
        Unit([Entry(fact("half")), Entry(known)]),
        Unit([Entry(fact("half"))], [Change("INSERT INTO no_such_table VALUES (1)")]),
        Unit([Entry(fact("half\ud800"))]),
        Unit([Entry(fact("half"), [Change(SETTING, {"key": "a", "value": None})])]),
        Unit([Entry(fact("half"), [Change(SETTING, {"key": "only"})])]),
    ]

    def append(n: int) -> None:
        try:
            journal.append(bad[n // 2] if n % 2 else unit(fact(f"good {n}")))
            outcomes[n] = "stored"
        except BadUnit:
            outcomes[n] = "bad"

    together([lambda n=n: append(n) for n in range(10)])  # type: ignore[misc]
    assert outcomes == {n: "bad" if n % 2 else "stored" for n in range(10)}
    stored = journal.after(0, 100)
    assert [one.seq for one in stored] == list(range(1, 7))
    assert not any("half" in one.message for one in stored)
    assert journal.query("SELECT COUNT(*) AS n FROM settings") == [{"n": 0}]


def test_a_change_may_use_its_facts_number(journal: Journal) -> None:
    """`:seq` in an entry's change is the number of that entry's fact."""
    change = Change(
        "INSERT INTO rejects (seq, source, code, at) VALUES (:seq, :source, '100%', 'x:y')", {"source": "s"}
    )
    journal.append(Unit([Entry(fact()), Entry(fact(), [change])]))
    assert journal.query("SELECT seq, code, at FROM rejects") == [{"seq": 2, "code": "100%", "at": "x:y"}]


def test_a_number_that_is_none_is_refused_before_anything_is_stored(journal: Journal) -> None:
    """NaN never reaches the journal, so it never reaches a browser."""
    with pytest.raises(NotFinite, match="data"):
        journal.append(unit(fact(data={"data": {"price": float("nan")}})))
    assert journal.head == 0


def test_the_same_delivery_is_stored_once(journal: Journal) -> None:
    """Twelve racing posts of one alert: one is stored, the others learn its id, and nothing of theirs is kept."""
    told: list[str | None] = []

    def deliver(n: int) -> None:
        change = Change(SETTING, {"key": f"k{n}", "value": "v"})
        told.append(journal.append(Unit([Entry(fact())], [change], Delivery("key", f"id{n}"))).duplicate_of)

    together([lambda n=n: deliver(n) for n in range(12)])  # type: ignore[misc]
    assert told.count(None) == 1
    kept = journal.query("SELECT key FROM settings")
    assert {one for one in told if one} == {str(kept[0]["key"]).replace("k", "id")}
    assert (len(kept), journal.head) == (1, 1)


def test_a_delivery_is_forgotten_after_its_window(journal: Journal) -> None:
    """The same text after the window is another alert."""
    again = Unit([Entry(fact())], delivery=Delivery("key", "first", window_seconds=0.05))
    journal.append(again)
    threading.Event().wait(0.1)
    receipt = journal.append(Unit([Entry(fact())], delivery=Delivery("key", "second", window_seconds=0.05)))
    assert receipt.duplicate_of is None


def test_a_unit_that_fails_does_not_count_as_delivered(journal: Journal) -> None:
    """A refused unit gives its delivery key back, so the sender's next try is stored."""
    with pytest.raises(BadUnit):
        journal.append(Unit(changes=[Change("SELECT nothing FROM nowhere")], delivery=Delivery("key", "a")))
    assert journal.append(Unit([Entry(fact())], delivery=Delivery("key", "b"))).duplicate_of is None


def test_a_unit_that_is_stopped_half_way_leaves_nothing(journal: Journal) -> None:
    """A delivery whose cursor had moved is no delivery: its key is free, and those beside it are stored.

    Seen to fail with the group committed as it stood when the cursor stopped the unit.
    """
    late = Unit([Entry(fact("late"))], delivery=Delivery("key", "late"), cursor=CursorMove("pipeline", 7, 9))
    outcomes: list[str] = []

    def append(unit: Unit) -> None:
        try:
            journal.append(unit)
            outcomes.append("stored")
        except CursorMoved:
            outcomes.append("moved")

    together([lambda n=n: append(late if n == 1 else Unit([Entry(fact())])) for n in range(4)])  # type: ignore[misc]
    assert sorted(outcomes) == ["moved", "stored", "stored", "stored"]
    assert journal.append(Unit([Entry(fact())], delivery=Delivery("key", "next"))).duplicate_of is None
    assert [one.seq for one in journal.after(0)] == [1, 2, 3, 4]


def test_a_fact_published_twice_is_stored_once(journal: Journal) -> None:
    """With `once`, the second time gives the first one's place and words, and its changes are left out."""
    first = fact("first words")
    journal.append(unit(first, once=True))
    repeat = fact("other words", id=first.id)
    receipt = journal.append(Unit([Entry(repeat, [Change(SETTING, {"key": "a", "value": "b"})], once=True)]))
    assert receipt.existing == (True,)
    assert (receipt.facts[0].seq, receipt.facts[0].message) == (1, "first words")
    assert journal.query("SELECT key FROM settings") == []
    twice = fact()
    assert journal.append(unit(twice, twice, once=True)).existing == (False, True)


def test_a_repeat_of_a_fact_that_can_not_be_read_costs_its_unit_alone(journal: Journal) -> None:
    """Whoever brings it is told, what came with it is told to listeners, and the next unit is stored.

    Seen to fail with a reading that nobody guards: the writer ended, and each later append waited in vain.
    """
    heard: list[str] = []
    journal.listen(lambda facts: heard.extend(one.message for one in facts))
    first = fact("first")
    journal.append(unit(first))
    journal.append(Unit(changes=[Change("UPDATE journal SET data = :data", {"data": "{"})]))
    with pytest.raises(BadUnit, match="as 1, and can't be read"):
        journal.append(unit(first, fact("new"), once=True))
    journal.append(unit(fact("next")))
    assert heard == ["first", "new", "next"]


def test_a_cursor_moves_only_from_where_it_was_expected(journal: Journal) -> None:
    """Two followers under one name: the one that is behind stores nothing."""
    journal.append(Unit([Entry(fact())], cursor=CursorMove("pipeline", 0, 5)))
    journal.append(Unit([Entry(fact())], cursor=CursorMove("pipeline", 5, 6)))
    for expected in (0, 5, 7):
        with pytest.raises(CursorMoved):
            journal.append(Unit([Entry(fact("no"))], cursor=CursorMove("pipeline", expected, 9)))
    assert journal.query("SELECT seq FROM cursors") == [{"seq": 6}]
    assert journal.head == 2


def test_memory_reaches_back_as_far_as_it_says(journal: Journal) -> None:
    """From memory or from the database, the same facts; beyond memory's reach `ring_after` says so."""
    for _ in range(4):
        journal.append(Unit([Entry(fact()) for _ in range(600)]))
    assert journal.ring_after(399) is None
    ring = journal.ring_after(400)
    assert ring is not None
    assert [one.seq for one in ring] == list(range(401, 2401))
    assert [one.seq for one in journal.after(100, 7)] == list(range(101, 108))
    assert journal.after(2398) == ring[-2:]
    assert journal.ring_after(2400) == []
    assert journal.ring_after(9999) == []


def test_a_listener_that_fails_does_not_silence_the_others(journal: Journal, caplog: pytest.LogCaptureFixture) -> None:
    """A listener's bug is logged; the commit stands and the next listener hears of it."""
    heard: list[int] = []
    journal.listen(lambda facts: facts[9])  # type: ignore[arg-type, return-value]
    journal.listen(lambda facts: heard.append(len(facts)))
    journal.append(unit(fact()))
    assert heard == [1]
    assert "listener" in caplog.text
