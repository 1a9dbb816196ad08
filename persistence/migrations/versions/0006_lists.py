"""Orders of runs by when they started, by name and by duration."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the orders."""
    add_orders()


def add_orders() -> None:
    """Add the duration, which the database makes itself, so that the previous release need not know it, and indexes."""
    # SQLite adds only columns that are made when read, Postgres indexes only those that are kept.
    is_kept = op.get_bind().dialect.name == "postgresql"
    made = sa.Computed("finished_at - coalesce(started_at, created_at)", persisted=is_kept)
    op.add_column("runs", sa.Column("duration", sa.BigInteger(), made))
    for column in ("started_at", "name", "duration"):
        op.create_index(op.f(f"ix_runs_{column}_id"), "runs", [column, "id"])
