"""The first schema: journal, cursors, projections, sources, access, models."""

import sqlalchemy as sa
from alembic import op

from events.clock import new_id

revision = "0001"
down_revision = None

TEXT, BIG, INT = sa.Text, sa.BigInteger, sa.Integer


def text(name: str, *, key: bool = False, null: bool = False, unique: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, primary_key=key, nullable=null, unique=unique)


def upgrade() -> None:
    journal()
    projections()
    access()
    models_and_settings()


def journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", BIG, primary_key=True, autoincrement=False),
        text("id", unique=True),
        text("type"),
        sa.Column("version", INT, nullable=False),
        *(text(name) for name in ("source", "origin", "level", "message", "timestamp")),
        text("symbol", null=True),
        text("data"),
    )
    for column in ("type", "symbol", "source"):
        op.create_index(f"journal_{column}", "journal", [column, "seq"])
    head = op.create_table(
        "journal_head", sa.Column("id", INT, primary_key=True), text("epoch"), sa.Column("seq", BIG, nullable=False)
    )
    op.bulk_insert(head, [{"id": 1, "epoch": new_id(), "seq": 0}])
    op.create_table("cursors", text("name", key=True), sa.Column("seq", BIG, nullable=False), text("updated_at"))
    op.create_table(
        "dead_letters",
        text("id", key=True),
        text("follower"),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("attempts", INT, nullable=False),
        *(text(name) for name in ("error", "at", "state")),
    )
    op.create_table(
        "deliveries", text("key", key=True), sa.Column("at_ms", BIG, nullable=False), text("boot"), text("id")
    )


def projections() -> None:
    op.create_table(
        "signals",
        text("id", key=True),
        sa.Column("seq", BIG, nullable=False),
        text("source"),
        text("kind"),
        *(text(name, null=True) for name in ("trade_ref", "parent_id", "symbol", "side", "interval")),
        *(text(name) for name in ("verdict", "status", "received_at")),
        sa.Column("updated_seq", BIG, nullable=False),
        sa.Column("test", INT, nullable=False, server_default="0"),
        *(text(name) for name in ("row", "raw", "detail")),
    )
    op.create_index("signals_trade_ref", "signals", ["source", "trade_ref"])
    op.create_index("signals_parent", "signals", ["parent_id", "seq"])
    # What an exit without a reference looks for: the newest entry of its symbol that is still live.
    live = sa.text("kind = 'entry' AND status IN ('accepted', 'open')")
    op.create_index("signals_live", "signals", ["source", "symbol", "seq"], sqlite_where=live, postgresql_where=live)
    op.create_index("signals_seq", "signals", ["seq"])
    op.create_index("signals_symbol", "signals", ["symbol", "seq"])
    op.create_index("signals_status", "signals", ["status", "seq"])
    op.create_table(
        "source_health",
        *(text(name, key=True) for name in ("source", "symbol", "interval")),
        text("state"),
        text("updated_at"),
    )
    op.create_table(
        "rejects",
        sa.Column("seq", BIG, primary_key=True, autoincrement=False),
        text("source"),
        text("code"),
        text("at"),
    )
    op.create_table(
        "sources",
        text("name", key=True),
        text("config"),
        sa.Column("generation", INT, nullable=False, server_default="1"),
        text("created_at"),
        text("updated_at"),
    )


def access() -> None:
    op.create_table(
        "tokens",
        text("id", key=True),
        text("principal_id"),
        text("name"),
        text("hash", unique=True),
        text("scopes"),
        text("created_at"),
        text("last_used_at", null=True),
        text("revoked_at", null=True),
    )
    op.create_table(
        "sessions",
        text("id_hash", key=True),
        *(text(name) for name in ("principal_id", "created_at", "expires_at", "last_seen_at")),
        text("revoked_at", null=True),
        text("user_agent", null=True),
    )
    op.create_table(
        "login_links", text("hash", key=True), text("created_at"), text("expires_at"), text("used_at", null=True)
    )
    op.create_table(
        "preferences", text("principal_id", key=True), text("key", key=True), text("value"), text("updated_at")
    )


def models_and_settings() -> None:
    op.create_table(
        "models",
        text("id", key=True),
        *(text(name) for name in ("sha256", "status", "card")),
        sa.Column("bytes", sa.LargeBinary, nullable=True),
        text("created_at"),
        text("updated_at"),
    )
    op.create_table("settings", text("key", key=True), text("value"), text("updated_at"))
