"""Signals over HTTP: the list, one signal's journey, and the dry run of a pasted alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from signals.rows import get_signal, list_signals
from signals.sources import DEFAULT_SOURCE
from web import alert_shapes, dry_run_shapes, reading
from web.answers import answer
from web.auth import require
from web.docs import documented
from web.errors import NotFound

if TYPE_CHECKING:
    from web.desk import Desk

FILTERS = {
    "symbol": "only this symbol",
    "source": "only this source",
    "kind": "entry, exit, update, heartbeat or info",
    "side": "buy or sell",
    "verdict": "take, reduce, skip, unscored or none",
    "status": "received, recorded, skipped, expired, accepted, denied, open or closed",
    "q": "text anywhere in the alert",
}
PAGING = {"limit": "items a page, 1 to 1,000 (100)", "cursor": "`next` of the page before"}


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("signals", __name__)

    @api.get("/api/signals")
    @require("read")
    @documented(
        "Signals, newest first: entries with their updates and exits folded in",
        query=FILTERS | PAGING,
        gives=alert_shapes.Signals,
    )
    def listing() -> Response:
        filters = {name: found for name in FILTERS if (found := reading.text(name)) is not None}
        return answer(list_signals(desk.journal, filters, reading.limit(), reading.text("cursor")))

    @api.get("/api/signals/<signal_id>")
    @require("read")
    @documented(
        "One signal: its row, raw text, whole journey with timings, and its children",
        answers={200: "the signal", 404: "no such signal"},
        gives=alert_shapes.WholeSignal,
    )
    def one(signal_id: str) -> Response:
        found = get_signal(desk.journal, signal_id)
        if found is None:
            raise NotFound("no_such_signal", "There is no signal with this id.", "GET /api/signals lists them.")
        return answer(found)

    @api.post("/api/test-alert")
    @require("read")
    @documented(
        "Dry run: parse, score and size a pasted alert, store nothing, explain every step",
        query={"source": "whose defaults and mapping apply (tradingview)"},
        body={"text/plain": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}},
        answers={200: "every step; `ok` says whether the alert would be accepted"},
        gives=dry_run_shapes.Explained,
    )
    def dry_run() -> Response:
        query = {name: value for name, value in request.args.items() if name != "source"}
        source = reading.text("source") or DEFAULT_SOURCE
        return answer(desk.dry_run.explain(request.get_data(), request.content_type, query, source))

    return api
