"""The instants before which nothing of a run may happen, and the clock of a SQLite file."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns. They are null where nothing is known: for what was written before, and by earlier releases."""
    op.add_column("totals", sa.Column("last_at", sa.BigInteger()))
    op.add_column("feed_head", sa.Column("boot_id", TEXT))
    op.add_column("feed_head", sa.Column("uptime", sa.BigInteger()))
    op.add_column("feed_head", sa.Column("clock_at", sa.BigInteger()))
