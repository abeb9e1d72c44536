"""Exports as CSV, streamed page by page, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response

from events import wire
from web.auth import require
from web.docs import documented
from web.errors import NotFound

if TYPE_CHECKING:
    from web.desk import Desk

PAGE = 500
# What a spreadsheet takes for the start of a formula; an alert's text may hold anything.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
SIGNAL_COLUMNS = [
    "id",
    "seq",
    "received_at",
    "sent_at",
    "source",
    "kind",
    "trade_ref",
    "parent_id",
    "symbol",
    "exchange",
    "side",
    "intent",
    "price",
    "stop",
    "targets",
    "interval",
    "freshness",
    "lag_ms",
    "probability",
    "probability_low",
    "model_id",
    "verdict",
    "quantity",
    "status",
    "outcome_r",
    "mae_r",
    "mfe_r",
    "reasons",
    "extra",
]
EVENT_COLUMNS = ["epoch", "seq", "id", "type", "source", "origin", "level", "symbol", "timestamp", "message", "data"]


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("exports", __name__)

    def signals() -> Iterator[list[Any]]:
        yield SIGNAL_COLUMNS
        before = desk.journal.head + 1
        sql = "SELECT seq, row FROM signals WHERE seq < :before ORDER BY seq DESC LIMIT :page"
        while rows := desk.journal.query(sql, {"before": before, "page": PAGE}):
            for found in rows:
                row = orjson.loads(found["row"]) | {"seq": found["seq"]}
                yield [row.get(column) for column in SIGNAL_COLUMNS]
            before = rows[-1]["seq"]

    def events() -> Iterator[list[Any]]:
        yield EVENT_COLUMNS
        after = 0
        while facts := desk.journal.after(after, PAGE):
            for fact in facts:
                envelope = fact.envelope()
                yield [envelope.get(column) for column in EVENT_COLUMNS]
            after = facts[-1].seq or 0

    tables = {"signals": signals, "events": events}

    @api.get("/api/export/<table>.csv")
    @require("read")
    @documented("A table as CSV, streamed: `signals` (newest first) or `events` (oldest first)")
    def export(table: str) -> Response:
        if table not in tables:
            raise NotFound("no_such_export", "There is no such table.", f"There are {', '.join(tables)}.")
        headers = {"Content-Disposition": f'attachment; filename="{table}.csv"', "Cache-Control": "no-store"}
        return Response(lines(tables[table]()), mimetype="text/csv", headers=headers)

    return api


def lines(rows: Iterable[list[Any]]) -> Iterator[str]:
    """CSV text, one piece a row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow([cell(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def cell(value: Any) -> Any:
    """A value as a spreadsheet may see it: text that would run as a formula gets an apostrophe before it."""
    if isinstance(value, list | dict):
        value = wire.encode(value).decode()
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value.replace("\0", "")
    return value
