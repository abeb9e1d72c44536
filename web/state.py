"""The state that a client starts from: the newest signals and every figure of which only the newest counts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from events.clock import now_utc
from signals.rows import list_signals
from trading import accounts
from web.auth.principal import OWNER

if TYPE_CHECKING:
    from web.desk import Desk

SIGNALS = 100
PUBLISHERS = 100
log = logging.getLogger("web")


def snapshot(desk: Desk) -> dict[str, Any]:
    """`{epoch, seq, signals, sources, model, accounts, positions, prices, publishers, health, settings}`.

    `seq` is read first: whatever commits meanwhile reaches the client again as an event, never not at all.
    """
    epoch, seq = desk.journal.epoch, desk.journal.head
    page = list_signals(desk.journal, {}, SIGNALS, None)
    return {
        "epoch": epoch,
        "seq": seq,
        "signals": page["items"],
        "sources": sources(desk),
        "model": model(desk),
        "accounts": accounts.accounts(desk.journal),
        "positions": accounts.positions(desk.journal),
        "prices": [],
        "publishers": desk.publishers.table(PUBLISHERS),
        "health": health(desk),
        "settings": settings(desk),
    }


def sources(desk: Desk) -> list[dict[str, Any]]:
    """Each source's health now, as `webhook_health_update` carries it."""
    table: list[dict[str, Any]] = desk.health.table(now_utc())
    return table


def model(desk: Desk) -> dict[str, Any]:
    """The card of the model in use, or why there is none."""
    return desk.scorer.describe()


def followers(desk: Desk) -> list[dict[str, Any]]:
    """Where each follower stands: the last fact it handled, and how many wait for it; by the worker's last word where
    the worker is another process."""
    if desk.lease.held is None:
        return desk.lease.told()
    return [{"name": one.name, "seq": one.seq, "lag": one.lag} for one in desk.followers]


def database_ok(desk: Desk) -> bool:
    """Whether the database answers now and the last commit went well."""
    try:
        desk.journal.query("SELECT seq FROM journal_head")
    except Exception as error:  # noqa: BLE001 - whatever the driver raises, the answer is no
        log.warning("the database does not answer: %s", type(error).__name__)
        return False
    return bool(desk.journal.stats().get("ok", True))


def health(desk: Desk) -> dict[str, Any]:
    """Whether the desk does its work: database and followers."""
    stats = desk.journal.stats()
    ok = bool(stats.get("ok", True))
    return {
        "ready": ok,
        "database": ok,
        "followers": followers(desk),
        "worker": desk.lease.describe(),
        "version": desk.version,
    }


def settings(desk: Desk) -> dict[str, Any]:
    """What the pages show of the settings; equity is 50,000 and marked as assumed until set.

    `chosen` is what people set themselves (web/choices.py), `display` among it the owner's: there is one user.
    """
    values = desk.values
    return {
        "account_equity": values.sizing.equity,
        "equity_assumed": values.sizing.equity_assumed,
        "risk_per_trade": values.sizing.risk_per_trade,
        "max_signal_age_s": values.sizing.max_signal_age_s,
        "max_daily_loss": values.max_daily_loss,
        "full_edge": values.sizing.full_edge,
        "heartbeat_s": values.heartbeat_seconds,
        "reconnect_s": values.reconnect_seconds,
        "ring": values.ring_facts,
        "version": desk.version,
        "demo": values.demo,
        "chosen": desk.chosen.all(OWNER),
    }
