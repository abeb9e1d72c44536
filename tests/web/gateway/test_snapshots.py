"""A shared snapshot is fresh, or there is none."""

from typing import Any

import pytest

from web.gateway import snapshots
from web.gateway.snapshots import Snapshots


def test_a_look_that_fails_makes_nothing_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes while the state can't be read is told so each time; nobody gets the one of before for a new one.

    Seen to fail with the time of the look noted before it succeeded.
    """
    seqs: list[Any] = [1, OSError("the database is away"), OSError("still"), 4, 5]

    def state() -> dict[str, Any]:
        seq = seqs.pop(0)
        if isinstance(seq, OSError):
            raise seq
        return {"epoch": "e", "seq": seq}

    shared = Snapshots(state)
    monkeypatch.setattr(snapshots, "STATE_SECONDS", 0.0)
    assert shared.fresh(0).seq == 1
    monkeypatch.setattr(snapshots, "STATE_SECONDS", 600.0)
    for _ in range(2):
        with pytest.raises(OSError, match=r"away|still"):
            shared.fresh(2)
    assert shared.fresh(0).seq == 4
    assert shared.fresh(4).seq == 4
    assert shared.fresh(5).seq == 5
