"""Accounts, what they hold and what they did. An *external* one lives elsewhere and is only reported to the desk.

`changes(fact)` is pure, as in `signals.projection`: the tables can be made again from the journal alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from events.envelope import Fact
from events.journal import Change, Journal
from events.rebuilding import Projection

PROJECTIONS = (
    # The owner's word about the money stays when the fact that told it was archived and later ones were not.
    Projection("accounts", ("name",), ":first > 1"),
    Projection("positions", ("account", "symbol"), "updated_seq < :first"),
)
MOST = 200  # accounts or positions shown at once
_ACCOUNT = """
INSERT INTO accounts (name, kind, currency, state, updated_seq) VALUES (:name, :kind, :currency, :state, :seq)
ON CONFLICT (name) DO UPDATE SET state = excluded.state, updated_seq = excluded.updated_seq,
                                 currency = COALESCE(excluded.currency, accounts.currency)
"""
_POSITION = """
INSERT INTO positions (account, symbol, state, updated_seq) VALUES (:account, :symbol, :state, :seq)
ON CONFLICT (account, symbol) DO UPDATE SET state = excluded.state, updated_seq = excluded.updated_seq
"""
_FLAT = "DELETE FROM positions WHERE account = :account AND symbol = :symbol"


@dataclass(frozen=True, slots=True)
class Account:
    """`currency` is None until somebody says it."""

    name: str
    kind: str
    currency: str | None


def changes(fact: Fact) -> list[Change]:
    """The table changes that a fact brings; none for most types."""
    project = _PROJECTIONS.get(fact.type)
    return [] if project is None else [project(fact)]


def account(journal: Journal, name: str) -> Account | None:
    """One account by its name."""
    found = journal.query("SELECT name, kind, currency FROM accounts WHERE name = :name", {"name": name})
    return Account(**found[0]) if found else None


def accounts(journal: Journal) -> list[dict[str, Any]]:
    """Every account as it was last told: `{account, kind, currency, cash, equity, …, seq}`, by name."""
    sql = "SELECT name, kind, currency, state, updated_seq FROM accounts ORDER BY name LIMIT :most"
    return [
        orjson.loads(row["state"])
        | {"account": row["name"], "kind": row["kind"], "currency": row["currency"], "seq": row["updated_seq"]}
        for row in journal.query(sql, {"most": MOST})
    ]


def positions(journal: Journal) -> list[dict[str, Any]]:
    """Every open position as it was last told: `{account, symbol, position, quantity, …, seq}`."""
    sql = "SELECT state, updated_seq FROM positions ORDER BY account, symbol LIMIT :most"
    return [orjson.loads(row["state"]) | {"seq": row["updated_seq"]} for row in journal.query(sql, {"most": MOST})]


def _account(fact: Fact) -> Change:
    data = fact.data
    # A reporter tells of balances; in which money they are is the owner's word alone.
    plain = {
        "name": data["account"],
        "kind": data["kind"],
        "currency": data["currency"] if fact.origin == "desk" else None,
    }
    return Change(_ACCOUNT, plain | {"state": orjson.dumps(data).decode()})


def _position(fact: Fact) -> Change:
    where = {"account": fact.data["account"], "symbol": fact.data["symbol"]}
    if fact.data["position"] == "flat":
        return Change(_FLAT, where)
    return Change(_POSITION, where | {"state": orjson.dumps(fact.data).decode()})


_PROJECTIONS: dict[str, Callable[[Fact], Change]] = {"account_update": _account, "position_update": _position}
