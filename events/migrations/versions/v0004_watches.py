"""When somebody watched over the sources, and a way to one source's signals in their order."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "watches",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("since", sa.Text, nullable=False),
        sa.Column("until", sa.Text, nullable=False),
    )
    op.create_index("watches_until", "watches", ["until"])
    op.create_index("signals_source", "signals", ["source", "seq"])
