"""Accounts over HTTP: making one known, and what its reporters told of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from events.envelope import Fact
from events.journal import Entry, EventFilter, Unit
from events.types.accounts import AccountUpdate
from trading import accounts
from web import desk_shapes, reading
from web.answers import answer
from web.auth import require
from web.docs import documented
from web.errors import BadRequest

if TYPE_CHECKING:
    from web.desk import Desk

NAME = r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}"


class AccountRequest(BaseModel):
    """An account that lives elsewhere; its trades, positions and balances may then be reported."""

    model_config = ConfigDict(extra="forbid")

    currency: str = Field("USD", pattern="^[A-Z]{3,8}$", description="the money of its balances and P&L")


def blueprint(desk: Desk) -> Blueprint:
    api = Blueprint("accounts", __name__)

    @api.get("/api/accounts")
    @require("read")
    @documented("Every account as it was last told", gives=desk_shapes.Accounts)
    def listing() -> Response:
        return answer({"items": accounts.accounts(desk.journal), "next": None})

    @api.put("/api/accounts/<name>")
    @require("admin")
    @documented(
        "Make an external account known, so that the scope `report` may tell of it",
        body={"application/json": {"schema": AccountRequest.model_json_schema()}},
        answers={200: "the account as it is now", 400: "a name or a currency that can't be used"},
        gives=desk_shapes.Account,
    )
    def save(name: str) -> Response:
        if not re.fullmatch(NAME, name):
            hint = "Letters, digits, blanks and . _ -, at most 40."
            raise BadRequest("bad_account", "An account can't have this name.", hint)
        try:
            asked = AccountRequest.model_validate(reading.json_body())
        except ValidationError:
            raise BadRequest("bad_account", "The account can't be used.", 'Send {"currency": "USD"}.') from None
        known = next((one for one in accounts.accounts(desk.journal) if one["account"] == name), {})
        fields = AccountUpdate.model_fields.keys() & known.keys()
        data = AccountUpdate(**{field: known[field] for field in fields} | {"account": name, **asked.model_dump()})
        fact = Fact(
            type="account_update",
            source="desk",
            message=f"Account {name} may be reported",
            data=data.model_dump(mode="json"),
        )
        desk.journal.append(Unit([Entry(fact, accounts.changes(fact))]))
        return answer(next(one for one in accounts.accounts(desk.journal) if one["account"] == name))

    @api.get("/api/positions")
    @require("read")
    @documented("Every open position as it was last told", gives=desk_shapes.Positions)
    def open_positions() -> Response:
        return answer({"items": accounts.positions(desk.journal), "next": None})

    @api.get("/api/trades")
    @require("read")
    @documented(
        "Fills, newest first",
        query={
            "symbol": "only this symbol",
            "limit": "items a page, 1 to 1,000 (100)",
            "cursor": "`next` of the page before",
        },
        gives=desk_shapes.Trades,
    )
    def trades() -> Response:
        symbol, cursor = reading.text("symbol"), reading.text("cursor")
        if cursor is not None and not cursor.isdigit():
            raise BadRequest("bad_query", "`cursor` can't be used.", "Give the page before's `next`.")
        page = desk.journal.search(
            EventFilter(
                types=("trade_executed",),
                symbols=None if symbol is None else (symbol,),
                before=None if cursor is None else int(cursor),
                limit=reading.limit(),
                newest_first=True,
            )
        )
        following = None if page.next is None else str(page.next)
        return answer({"items": [fact.envelope() for fact in page.items], "next": following})

    return api
