"""Views of the list of runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create what views are kept in."""
    op.create_table(
        "views",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("run_filter", TEXT),
        sa.Column("run_order", TEXT),
        sa.Column("run_columns", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
    )
    op.create_index(op.f("ix_views_name_id"), "views", ["name", "id"])
    op.create_table(
        "default_views",
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("view_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_default_views")),
    )
