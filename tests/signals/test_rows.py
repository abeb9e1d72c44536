"""Lists' promises: newest first, whole pages, every filter, children folded in; a signal shows its whole journey."""

import pytest

from signals.rows import BadFilter, list_signals
from tests.signals.desk import Desk, entry, told


def test_pages_cover_everything_once_newest_first(desk: Desk) -> None:
    """Following `next` to the end shows each signal once."""
    sent = [desk.send(entry(comment=str(n))) for n in range(25)]
    seen, cursor = [], None
    while True:
        page = list_signals(desk.journal, {}, 10, cursor)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == sent[::-1]


def test_updates_and_exits_are_folded_into_their_entry(desk: Desk) -> None:
    """The list shows the entry with counts; `kind` brings the children out; orphans show by themselves."""
    opened = desk.send(entry(signal_id="t1"))
    for n in range(3):
        desk.send({"type": "MFE_UPDATE", "signal_id": "t1", "mfe_R": n, "symbol": "MNQ1!"})
    left = desk.send({"type": "EXIT", "signal_id": "t1", "symbol": "MNQ1!"})
    orphan = desk.send({"type": "EXIT", "signal_id": "t2", "symbol": "MNQ1!"})
    desk.work()
    items = list_signals(desk.journal)["items"]
    assert [item["id"] for item in items] == [orphan, opened]
    assert (items[1]["children"]["updates"], items[1]["children"]["exits"]) == (3, 1)
    assert items[1]["children"]["last_at"] == desk.signal(left)["received_at"]
    assert len(list_signals(desk.journal, {"kind": "update"})["items"]) == 3


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"symbol": "MES1!"}, 1),
        ({"source": "tradingview"}, 3),
        ({"source": "nobody"}, 0),
        ({"side": "sell"}, 1),
        ({"verdict": "take"}, 2),
        ({"status": "recorded"}, 1),
        ({"kind": "info"}, 1),
        ({"q": "BREAKOUT"}, 1),
        ({"q": "100%_sure"}, 0),
        ({"symbol": "MNQ1!", "side": "buy"}, 1),
    ],
)
def test_each_filter(desk: Desk, filters: dict[str, str], found: int) -> None:
    """Symbol, source, side, verdict, status, kind and a part of the text, alone and together."""
    desk.send(entry(comment="breakout"))
    desk.send({"symbol": "MES1!", "side": "sell", "price": 6900, "stop": 6910, "comment": "100 percent sure"})
    desk.send("good morning traders")
    desk.work()
    assert len(list_signals(desk.journal, filters)["items"]) == found


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "1" * 30, "١"])
def test_a_foreign_cursor_is_refused(desk: Desk, cursor: str) -> None:
    """Not an empty page: the reason."""
    with pytest.raises(BadFilter):
        list_signals(desk.journal, {}, 10, cursor)


def test_a_signal_shows_its_journey(desk: Desk) -> None:
    """Each step with its time, its duration and the codes that the code's path left."""
    desk.model.answer = told(0.63, starter=True)
    opened = desk.send(entry(signal_id="t1"))
    desk.work()
    desk.decide({"type": "EXIT", "signal_id": "t1", "symbol": "MNQ1!"})
    journey = desk.signal(opened)["journey"]
    assert [step["step"] for step in journey] == ["received", "stored", "taken up", "scored", "decided", "exit"]
    assert all(step["ms"] is not None for step in journey[:5])
    assert [step["at"] for step in journey] == sorted(step["at"] for step in journey)
    assert "fixed_fraction" in journey[4]["codes"]
    assert "0.630" in journey[3]["text"]


def test_an_unknown_signal_is_none(desk: Desk) -> None:
    """The page answers 404 from it."""
    from signals.rows import get_signal

    assert get_signal(desk.journal, "nobody") is None
