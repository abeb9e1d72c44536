"""The dry run's promises: the same verdict as the real thing, every step explained, nothing stored."""

import json

from signals.dry_run import DryRun
from tests.signals.desk import TOKEN, Desk, codes, entry, told


def explain(desk: Desk, body: object) -> dict:  # type: ignore[type-arg]
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return DryRun(desk.journal, desk.sources, desk.pipeline).explain(raw, "application/json", {})


def test_it_decides_as_the_pipeline_does_and_stores_nothing(desk: Desk) -> None:
    """Verdict, quantity and reasons equal the real alert's; the journal and the past stay as they were."""
    desk.model.answer = told(0.63, starter=True)
    explained = explain(desk, entry())
    assert desk.facts() == []
    assert desk.journal.query("SELECT id FROM signals") == []
    real = desk.decide(entry())
    dry = explained["signal"]
    for name in ("verdict", "quantity", "kind", "side", "stop", "targets", "probability"):
        assert dry[name] == real[name], name
    assert codes(dry) == codes(real)
    assert [step["step"] for step in explained["steps"]] == ["source", "read", "understand", "time", "score", "decide"]
    assert explained["ok"]
    assert explained["error"] is None


def test_it_links_an_exit_without_touching_its_entry(desk: Desk) -> None:
    """The step names the entry and what it would become."""
    opened = desk.send(entry(signal_id="t1"))
    desk.work()
    explained = explain(desk, {"type": "EXIT", "signal_id": "t1", "symbol": "MNQ1!"})
    told_entry = next(step for step in explained["steps"] if step["step"] == "tell its entry")
    assert told_entry["detail"]["entry"] == opened
    assert told_entry["result"] == "closed"
    assert desk.signal(opened)["status"] == "accepted"


def test_a_refusal_is_explained(desk: Desk) -> None:
    """The same code as the webhook's, and the step where it broke."""
    explained = explain(desk, b'{"symbol": "NQ1!", "price": ')
    assert not explained["ok"]
    assert explained["error"]["code"] == explained["steps"][-1]["result"]
    assert explained["signal"] is None


def test_the_sources_token_is_not_shown(desk: Desk) -> None:
    """A pasted secret does not come back."""
    assert TOKEN not in repr(explain(desk, entry(secret=TOKEN, comment=f"x {TOKEN}")))
    assert TOKEN not in repr(explain(desk, b'{"note": "' + TOKEN.encode() + b'", '))
