"""Reads signals for lists and pages: newest first, a page at a time, entries with their updates and exits folded in."""

from collections.abc import Mapping
from typing import Any

import orjson

from events.journal import Journal
from signals.journey import journey
from signals.row import Row

FILTERS = ("symbol", "source", "side", "verdict", "status", "kind")
LONGEST_LIST = 1000
_CHILDREN_SHOWN = 500  # of one signal's page; the list itself says how many there are
_FOLDED = ("update", "exit")
_SEARCHED = ("raw", "symbol", "trade_ref", "source")
_NO_CHILDREN: dict[str, Any] = {"updates": 0, "exits": 0, "last_at": None}


class BadFilter(ValueError):
    """A filter or cursor that can't be used; `code`, `message` and `hint` say why."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = "bad_filter", message, hint


def list_signals(
    journal: Journal, filters: Mapping[str, str | None] | None = None, limit: int = 100, cursor: str | None = None
) -> dict[str, Any]:
    """`{"items": [row + children], "next": cursor | None}`; filters are `FILTERS` and `q`, a part of the text.

    Updates and exits with an entry are folded into it, unless `kind` asks for them. Raises BadFilter.
    """
    where, given = _where(filters or {}, cursor)
    limit = max(1, min(limit, LONGEST_LIST))
    sql = f"SELECT id, seq, row FROM signals WHERE {where} ORDER BY seq DESC LIMIT :limit"  # noqa: S608 - names of ours
    found = journal.query(sql, {**given, "limit": limit + 1})
    items = [_row(one) for one in found[:limit]]
    counted = _children(journal, [item["id"] for item in items])
    for item in items:
        item["children"] = counted.get(item["id"], dict(_NO_CHILDREN))
    return {"items": items, "next": str(items[-1]["seq"]) if len(found) > limit else None}


def get_signal(journal: Journal, id: str) -> Row | None:
    """One signal with its raw text, its journey and its children's rows, oldest first; None when there is none."""
    sql = "SELECT id, seq, row, raw, detail FROM signals WHERE id = :id"
    found = journal.query(sql, {"id": id})
    if not found:
        return None
    row, detail = _row(found[0]), orjson.loads(found[0]["detail"])
    sql = "SELECT id, seq, row FROM signals WHERE parent_id = :id ORDER BY seq LIMIT :limit"
    children = [_row(one) for one in journal.query(sql, {"id": id, "limit": _CHILDREN_SHOWN})]
    counted = _children(journal, [id]).get(id, dict(_NO_CHILDREN))
    return {
        **row,
        "raw": _raw(journal, found[0]["raw"], detail),
        "content_type": detail.get("content_type"),
        "query": detail.get("query") or {},
        "repairs": detail.get("repairs") or [],
        "journey": journey(row, detail, children),
        "children": children,
        "children_count": counted,
    }


def _raw(journal: Journal, raw: str, detail: Mapping[str, Any]) -> str:
    """The body as it came; a batch's stands with its first signal only."""
    batch = (detail.get("alert") or {}).get("batch")
    if raw or not batch:
        return raw
    first = journal.query("SELECT raw FROM signals WHERE id = :id", {"id": batch["first"]})
    return str(first[0]["raw"]) if first else ""


def _where(filters: Mapping[str, str | None], cursor: str | None) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    given: dict[str, Any] = {}
    for name in FILTERS:
        value = filters.get(name)
        if value:
            parts.append(f"{name} = :{name}")
            given[name] = value
    if (filters.get("kind") or "") not in _FOLDED:
        parts.append("parent_id IS NULL")
    if cursor:
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            raise BadFilter("This cursor is not one of ours.", "Use the `next` of the page before it.")
        parts.append("seq < :cursor")
        given["cursor"] = int(cursor)
    if text := filters.get("q"):
        anywhere = " OR ".join(f"LOWER({name}) LIKE :q ESCAPE '!'" for name in _SEARCHED)
        parts.append(f"({anywhere})")
        escaped = text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        given["q"] = f"%{escaped}%"
    return " AND ".join(parts) or "seq > 0", given


def _children(journal: Journal, ids: list[str]) -> dict[str, dict[str, Any]]:
    if not ids:
        return {}
    names = {f"p{n}": id for n, id in enumerate(ids)}
    sql = (
        "SELECT parent_id, kind, COUNT(*) AS n, MAX(received_at) AS last_at FROM signals "  # noqa: S608 - names of ours
        f"WHERE parent_id IN ({', '.join(f':{name}' for name in names)}) GROUP BY parent_id, kind"
    )
    counted: dict[str, dict[str, Any]] = {}
    for one in journal.query(sql, names):
        told = counted.setdefault(one["parent_id"], dict(_NO_CHILDREN))
        told["exits" if one["kind"] == "exit" else "updates"] += one["n"]
        told["last_at"] = max(told["last_at"] or "", one["last_at"])
    return counted


def _row(found: Mapping[str, Any]) -> Row:
    return {**orjson.loads(found["row"]), "seq": found["seq"]}
