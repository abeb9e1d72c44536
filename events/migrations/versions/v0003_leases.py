"""The lease of what must run once: who holds it, in which term, until when by the database's clock."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("term", "since_ms", "renewed_ms", "expires_ms")),
        sa.Column("told", sa.Text, nullable=False),
    )
