"""What the model said lately: counted by band with what became of it, bounded, and honest about what is missing."""

from events.clock import now_utc
from signals import scores
from tests.signals.desk import Desk, entry, told


def scored(desk: Desk, probability: float | None, n: int, **more: object) -> str:
    desk.model.answer = told(probability, reason=None if probability is not None else "model_missing")
    id = desk.send(entry(price=21450.25 + n / 4, signal_id=f"t{n}", **more))
    desk.work()
    return id


def test_scores_are_counted_by_band_with_their_verdicts_and_outcomes(desk: Desk) -> None:
    """Each entry stands once in a bin and a band; an exit's outcome in R is counted with its band."""
    for n, probability in enumerate((0.31, 0.62, 0.64, 1.0)):
        scored(desk, probability, n)
    scored(desk, None, 9)
    desk.decide({"type": "EXIT", "signal_id": "t1", "symbol": "MNQ1!", "outcome_r": 1.5})
    desk.decide({"type": "EXIT", "signal_id": "t2", "symbol": "MNQ1!", "outcome_r": -1.0})
    told_now = scores.summary(desk.journal, now_utc())
    assert (told_now["entries"], told_now["scored"], told_now["limited"]) == (5, 4, False)
    assert told_now["unscored"] == {"model_missing": 1}
    bins = {one["low"]: one["n"] for one in told_now["distribution"] if one["n"]}
    assert bins == {0.3: 1, 0.6: 2, 0.95: 1}
    bands = {one["low"]: one for one in told_now["bands"] if one["n"]}
    assert (bands[0.6]["n"], bands[0.6]["closed"], bands[0.6]["won"], bands[0.6]["mean_r"]) == (2, 2, 1, 0.25)
    assert sum(bands[0.6]["verdicts"].values()) == 2
    assert bands[0.3]["verdicts"] == {"skip": 1}
    assert [one["probability"] for one in told_now["last"]] == [1.0, 0.64, 0.62, 0.31]


def test_trials_do_not_count(desk: Desk) -> None:
    """A marked test alert is no prediction."""
    scored(desk, 0.62, 1, test=True)
    assert scores.summary(desk.journal, now_utc())["entries"] == 0


def test_only_the_newest_are_read(desk: Desk, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Past the bound the answer says that it is limited."""
    monkeypatch.setattr(scores, "MOST_ENTRIES", 2)
    for n in range(3):
        scored(desk, 0.5 + n / 100, n)
    told_now = scores.summary(desk.journal, now_utc())
    assert (told_now["entries"], told_now["limited"]) == (2, True)
    assert [one["probability"] for one in told_now["last"]] == [0.52, 0.51]
