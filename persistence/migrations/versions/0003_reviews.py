"""Results that come late, scores and annotations that follow them, and ids of traces."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
# What the previous release, which does not know the columns, leaves in them.
ZERO = sa.text("0")
WITH_TRACE = sa.text("trace_id IS NOT NULL")


def upgrade() -> None:
    """Add columns that are empty for all that is there, and the table of scores' revisions."""
    add_traces()
    add_to_results()
    create_result_scores()
    op.add_column("events", sa.Column("late", sa.BigInteger(), nullable=False, server_default=ZERO))


def add_traces() -> None:
    """Add the trace's id to runs and their log, and to the log when a run had been started before."""
    op.add_column("runs", sa.Column("trace_id", TEXT))
    op.add_column("changes", sa.Column("trace_id", TEXT))
    op.add_column("changes", sa.Column("former_started_at", sa.BigInteger()))
    op.create_index(
        op.f("ix_runs_trace_id_created_at_id"),
        "runs",
        ["trace_id", "created_at", "id"],
        sqlite_where=WITH_TRACE,
        postgresql_where=WITH_TRACE,
    )


def add_to_results() -> None:
    """Add what may be said of a result after it was recorded."""
    op.add_column("results", sa.Column("trace_id", TEXT))
    op.add_column("results", sa.Column("late", sa.BigInteger(), nullable=False, server_default=ZERO))
    op.add_column("results", sa.Column("recorded_scores", TEXT))
    op.add_column("results", sa.Column("annotations", TEXT))
    op.add_column("results", sa.Column("labels", TEXT))
    op.add_column("results", sa.Column("annotation_version", sa.BigInteger(), nullable=False, server_default=ZERO))
    op.add_column("results", sa.Column("annotated_at", sa.BigInteger()))


def create_result_scores() -> None:
    """Create what revisions of scores are kept in."""
    op.create_table(
        "result_scores",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("item_id", TEXT, nullable=False),
        sa.Column("retry_count", sa.BigInteger(), nullable=False),
        sa.Column("scorer_id", TEXT, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("score", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", TEXT),
        sa.Column("actor", TEXT),
        sa.PrimaryKeyConstraint(
            *("owner", "generation", "item_id", "retry_count", "scorer_id", "revision"), name=op.f("pk_result_scores")
        ),
    )
