"""The only writer of the tables that show signals, so that they can be made again from the journal alone.

`changes(fact)` is pure: the same fact gives the same SQL, for the intake, the pipeline and a rebuild alike.
"""

from collections.abc import Callable
from typing import Any

import orjson

from events.envelope import Fact
from events.journal import Change
from signals.row import row_of

_INSERT = """
INSERT INTO signals (id, seq, source, kind, trade_ref, parent_id, symbol, side, interval, verdict, status, received_at,
                     updated_seq, test, row, raw, detail)
VALUES (:id, :seq, :source, :kind, :trade_ref, :parent_id, :symbol, :side, :interval, :verdict, :status, :received_at,
        :seq, :test, :row, :raw, :detail)
ON CONFLICT (id) DO NOTHING
"""
_UPDATE = """
UPDATE signals SET kind = :kind, parent_id = :parent_id, symbol = :symbol, side = :side, interval = :interval,
                   verdict = :verdict, status = :status, updated_seq = :seq, row = :row
WHERE id = :id
"""
_REJECT = "INSERT INTO rejects (seq, source, code, at) VALUES (:seq, :source, :code, :at) ON CONFLICT (seq) DO NOTHING"
_DETAIL = ("content_type", "query", "repairs", "delivery_key", "alert")


def changes(fact: Fact) -> list[Change]:
    """The table changes that a fact brings; none for most types."""
    project = _PROJECTIONS.get(fact.type)
    return [] if project is None else [project(fact)]


def _received(fact: Fact) -> Change:
    data = fact.data
    row = row_of(data, None)
    return Change(
        _INSERT,
        {
            **_columns(row),
            "id": row["id"] or fact.id,
            "source": row["source"] or fact.source,
            "trade_ref": row["trade_ref"],
            "received_at": row["received_at"],
            "test": 1 if data.get("test") else 0,
            "row": _json(row),
            "raw": data.get("raw") or "",
            "detail": _json({name: data.get(name) for name in _DETAIL}),
        },
    )


def _updated(fact: Fact) -> Change:
    row = fact.data
    return Change(_UPDATE, {**_columns(row), "id": row["id"], "row": _json(row)})


def _rejected(fact: Fact) -> Change:
    return Change(_REJECT, {"source": fact.source, "code": fact.data["code"], "at": _at(fact)})


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in ("kind", "parent_id", "symbol", "side", "interval", "verdict", "status")}


def _at(fact: Fact) -> str:
    return str(fact.envelope()["timestamp"])


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


_PROJECTIONS: dict[str, Callable[[Fact], Change]] = {
    "signal_received": _received,
    "signal_update": _updated,
    "signal_rejected": _rejected,
}
