"""Orders of runs by when they started, by name and by duration, when their records were last written, and views."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
WITH_TARGET = sa.text("target_id IS NOT NULL")


def upgrade() -> None:
    """Add the orders and the views, and fill in what releases before the clocks (0004) did not write."""
    add_orders()
    fill_last_instants()
    create_views()


def add_orders() -> None:
    """Add the duration, which the database makes itself, so that the previous release need not know it, and indexes."""
    # SQLite adds only columns that are made when read, Postgres indexes only those that are kept.
    is_kept = op.get_bind().dialect.name == "postgresql"
    made = sa.Computed("finished_at - coalesce(started_at, created_at)", persisted=is_kept)
    op.add_column("runs", sa.Column("duration", sa.BigInteger(), made))
    for column in ("started_at", "name", "duration"):
        op.create_index(op.f(f"ix_runs_{column}_id"), "runs", [column, "id"])
    op.create_index(
        op.f("ix_runs_target_id_created_at_id"),
        "runs",
        ["target_id", "created_at", "id"],
        sqlite_where=WITH_TARGET,
        postgresql_where=WITH_TARGET,
    )


# Of each kind of a run's records its instant.
INSTANTS = {
    "results": "created_at",
    "result_scores": "at",
    "value_versions": "at",
    "events": "at",
    "cells": "updated_at",
    "documents": "updated_at",
    "receipts": "created_at",
}


def create_views() -> None:
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


def fill_last_instants() -> None:
    """Fill in the latest instant of each run's records; runs that have none stay without."""
    op.execute(last_instants())


def last_instants() -> str:
    """Return the statement that fills them in."""
    found = " UNION ALL ".join(
        f"SELECT max({instant}) AS last_at FROM {table} WHERE owner = totals.owner"  # noqa: S608 - our own names
        for table, instant in INSTANTS.items()
    )
    return f"UPDATE totals SET last_at = (SELECT max(last_at) FROM ({found}) AS found) WHERE last_at IS NULL"  # noqa: S608
