"""Reads what went wrong on the way in, newest first and a page at a time: refused alerts and silences."""

from typing import Any

import orjson

from events.clock import parse_rfc3339
from events.journal import Journal
from signals.gaps import Gap
from signals.rows import BadFilter

MOST = 1000
_REJECTS = """
SELECT j.seq, j.timestamp, j.data FROM journal j JOIN rejects r ON r.seq = j.seq
WHERE {where} ORDER BY j.seq DESC LIMIT :limit
"""
# A silence is told as a warning and its end is not, so the index of types finds both and the level tells them apart.
_SILENCES = """
SELECT seq, data FROM journal
WHERE type = 'signal_gap_alert' AND level = 'WARNING' AND {where} ORDER BY seq DESC LIMIT :limit
"""


def rejects(
    journal: Journal, source: str | None, code: str | None, limit: int = 100, cursor: str | None = None
) -> dict[str, Any]:
    """`{items: [{seq, at, source, code, message, hint, raw, content_type}], next}`; secrets are gone from `raw`.

    Raises BadFilter for a cursor that is not one of ours.
    """
    where, given = _where({"r.source": source, "r.code": code}, "r.seq", cursor)
    items = []
    for row in journal.query(_REJECTS.format(where=where), given | {"limit": _bounded(limit) + 1}):
        data = orjson.loads(row["data"])
        told = {"seq": row["seq"], "at": row["timestamp"], "source": data["source"], "code": data["code"]}
        told |= {"message": data["text"], "hint": data["hint"], "raw": data["raw"]}
        items.append(told | {"content_type": data.get("content_type")})
    return _page(items, _bounded(limit))


def gaps(journal: Journal, source: str | None, limit: int = 100, cursor: str | None = None) -> dict[str, Any]:
    """`{items: [{seq, source, symbol, interval, since, until, expected_every_s, threshold_s, missed}], next}`.

    `until` and `missed` are null while the silence lasts. Raises BadFilter.
    """
    where, given = _where({"source": source}, "seq", cursor)
    found = journal.query(_SILENCES.format(where=where), given | {"limit": _bounded(limit) + 1})
    silences = [(row["seq"], orjson.loads(row["data"])) for row in found]
    ends = _ends(journal, [data for _, data in silences])
    items = []
    for seq, data in silences:
        end = ends.get(_end_id(data), {})
        told = {name: data[name] for name in ("source", "symbol", "interval", "since")}
        told |= {"until": end.get("until"), "missed": end.get("missed")}
        items.append({"seq": seq} | told | {name: data[name] for name in ("expected_every_s", "threshold_s")})
    return _page(items, _bounded(limit))


def _ends(journal: Journal, silences: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was told of the ends of these silences, by the id that such a fact has."""
    names = {f"p{n}": _end_id(data) for n, data in enumerate(silences)}
    if not names:
        return {}
    places = ", ".join(f":{name}" for name in names)
    sql = f"SELECT id, data FROM journal WHERE id IN ({places})"  # noqa: S608 - names of ours
    return {row["id"]: orjson.loads(row["data"]) for row in journal.query(sql, names)}


def _end_id(silence: dict[str, Any]) -> str:
    since = parse_rfc3339(silence["since"])
    end = Gap(silence["source"], silence["symbol"], silence["interval"], since, since, 0.0, 0.0, None)
    return end.fact().id


def _where(filters: dict[str, str | None], seq: str, cursor: str | None) -> tuple[str, dict[str, Any]]:
    parts, given = [f"{seq} > 0"], dict[str, Any]()
    for column, value in filters.items():
        if value:
            name = column.rpartition(".")[2]
            parts.append(f"{column} = :{name}")
            given[name] = value
    if cursor:
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            raise BadFilter("This cursor is not one of ours.", "Use the `next` of the page before it.")
        parts.append(f"{seq} < :cursor")
        given["cursor"] = int(cursor)
    return " AND ".join(parts), given


def _bounded(limit: int) -> int:
    return max(1, min(limit, MOST))


def _page(items: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    return {"items": items[:limit], "next": str(items[limit - 1]["seq"]) if len(items) > limit else None}
