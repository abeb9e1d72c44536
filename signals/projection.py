"""The only writer of the tables that show signals, sources and settings, so that the journal alone makes them again.

`changes(fact)` is pure: the same fact gives the same SQL, for the intake, the pipeline and a rebuild alike.
"""

from collections.abc import Callable
from typing import Any

import orjson

from events.envelope import Fact
from events.journal import Change
from events.rebuilding import Projection
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
_SOURCE = """
INSERT INTO sources (name, config, generation, created_at, updated_at) VALUES (:name, :config, :generation, :at, :at)
ON CONFLICT (name) DO UPDATE SET config = excluded.config, generation = excluded.generation,
                                 updated_at = excluded.updated_at
"""
_SETTING = """
INSERT INTO settings (key, value, updated_at) VALUES (:key, :value, :at)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
"""
_NO_SETTING = "DELETE FROM settings WHERE key = :key"
_PREFERENCE = """
INSERT INTO preferences (principal_id, key, value, updated_at) VALUES (:principal, :key, :value, :at)
ON CONFLICT (principal_id, key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at
"""
_NO_PREFERENCE = "DELETE FROM preferences WHERE principal_id = :principal AND key = :key"
# The tables that these changes feed, for a rebuild.
PROJECTIONS = (
    Projection("signals", ("id",), "seq < :first"),
    Projection("rejects", ("seq",), "seq < :first"),
    Projection("sources", ("name",), ":first > 1"),
    # The secret key is made, not told, where only the database lasts.
    Projection("settings", ("key",), "key = 'secret_key' OR :first > 1"),
    Projection("preferences", ("principal_id", "key"), ":first > 1"),
)
_COLUMNS = ("kind", "parent_id", "symbol", "side", "interval", "verdict", "status")
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
            "detail": _json(_some(data, _DETAIL)),
        },
    )


def _updated(fact: Fact) -> Change:
    row = fact.data
    return Change(_UPDATE, {**_columns(row), "id": row["id"], "row": fact.text()})


def _rejected(fact: Fact) -> Change:
    return Change(_REJECT, {"source": fact.source, "code": fact.data["code"], "at": _at(fact)})


def _source(fact: Fact) -> Change:
    config = dict(fact.data["after"])
    name, generation = config.pop("name"), config.pop("generation")
    return Change(_SOURCE, {"name": name, "config": _json(config), "generation": generation, "at": _at(fact)})


def _setting(fact: Fact) -> Change:
    """A setting of the desk, or of one person; without a value it is back at its default."""
    data = fact.data
    key, principal, after = data["name"], data.get("principal_id"), data["after"]
    where = {"key": key} if principal is None else {"key": key, "principal": principal}
    if after is None:
        return Change(_NO_SETTING if principal is None else _NO_PREFERENCE, where)
    kept = where | {"value": _json(after), "at": _at(fact)}
    return Change(_SETTING if principal is None else _PREFERENCE, kept)


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    return _some(row, _COLUMNS)


def _some(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return dict(zip(names, map(data.get, names), strict=True))


def _at(fact: Fact) -> str:
    return str(fact.envelope()["timestamp"])


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


_PROJECTIONS: dict[str, Callable[[Fact], Change]] = {
    "signal_received": _received,
    "signal_update": _updated,
    "signal_rejected": _rejected,
    "source_update": _source,
    "settings_update": _setting,
}
