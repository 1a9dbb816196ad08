"""Results, scoped data, plans, jobs and runtimes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables of records."""
    create_results()
    create_scoped_data()
    create_plans_and_jobs()
    create_runtimes()


def create_results() -> None:
    """Create what results are kept in."""
    op.create_table(
        "totals",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("result_count", sa.BigInteger(), nullable=False),
        sa.Column("result_seq", sa.BigInteger(), nullable=False),
        sa.Column("item_count", sa.BigInteger(), nullable=False),
        sa.Column("succeeded", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", TEXT, nullable=False),
        sa.Column("event_floor", sa.BigInteger(), nullable=False),
        sa.Column("floor_hash", TEXT, nullable=False),
        sa.Column("value_count", sa.BigInteger(), nullable=False),
        sa.Column("cell_count", sa.BigInteger(), nullable=False),
        sa.Column("document_count", sa.BigInteger(), nullable=False),
        sa.Column("receipt_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_totals")),
    )
    op.create_table(
        "results",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("item_id", TEXT, nullable=False),
        sa.Column("retry_count", sa.BigInteger(), nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("item_version", sa.BigInteger()),
        sa.Column("input", TEXT),
        sa.Column("output", TEXT),
        sa.Column("expected_output", TEXT),
        sa.Column("latency", sa.Double(), nullable=False),
        sa.Column("error", TEXT),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("completed_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("scores", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "generation", "item_id", "retry_count", name=op.f("pk_results")),
    )
    op.create_index(op.f("ix_results_id"), "results", ["id"])
    op.create_index(
        op.f("ix_results_owner_generation_started_at_created_at_id"),
        "results",
        ["owner", "generation", "started_at", "created_at", "id"],
    )
    op.create_index(op.f("ix_results_owner_seq"), "results", ["owner", "seq"])
    op.create_table(
        "items",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("item_id", TEXT, nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("succeeded", sa.BigInteger(), nullable=False),
        sa.Column("last_retry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "generation", "item_id", name=op.f("pk_items")),
    )
    op.create_table(
        "remains",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "generation", name=op.f("pk_remains")),
    )


def create_scoped_data() -> None:
    """Create what scoped data are kept in."""
    op.create_table(
        "run_values",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("key_name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key_name", name=op.f("pk_run_values")),
    )
    op.create_table(
        "value_versions",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("key_name", TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("deleted", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key_name", "version", name=op.f("pk_value_versions")),
    )
    op.create_table(
        "events",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("stream", TEXT, nullable=False),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("owner", "sequence", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_owner_stream_sequence"), "events", ["owner", "stream", "sequence"])
    op.create_table(
        "cells",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "name", name=op.f("pk_cells")),
    )
    op.create_table(
        "documents",
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("key_name", TEXT, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key_name", name=op.f("pk_documents")),
    )


def create_plans_and_jobs() -> None:
    """Create what plans and jobs are kept in."""
    op.create_table(
        "plans",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_folded", TEXT, nullable=False),
        sa.Column("spec", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_created_at_id"), "plans", ["created_at", "id"])
    op.create_table(
        "jobs",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("queue", TEXT, nullable=False),
        sa.Column("data", TEXT),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("max_attempts", sa.BigInteger(), nullable=False),
        sa.Column("run_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("completed_at", sa.BigInteger()),
        sa.Column("lease_expires_at", sa.BigInteger()),
        sa.Column("error", TEXT),
        sa.Column("run_id", TEXT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_created_at_id"), "jobs", ["created_at", "id"])
    op.create_index(op.f("ix_jobs_queue_created_at_id"), "jobs", ["queue", "created_at", "id"])
    op.create_index(
        op.f("ix_jobs_queue_status_lease_expires_at_id"), "jobs", ["queue", "status", "lease_expires_at", "id"]
    )
    op.create_index("ix_jobs_rank", "jobs", ["queue", "status", sa.text("priority DESC"), "run_at", "created_at", "id"])
    op.create_index(op.f("ix_jobs_status_created_at_id"), "jobs", ["status", "created_at", "id"])
    op.create_index(op.f("ix_jobs_run_id"), "jobs", ["run_id"])


def create_runtimes() -> None:
    """Create what runtimes are kept in."""
    op.create_table(
        "runtimes",
        sa.Column("runtime_id", TEXT, nullable=False),
        sa.Column("state", TEXT),
        sa.Column("snapshot", sa.LargeBinary()),
        sa.Column("inputs", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("runtime_id", name=op.f("pk_runtimes")),
    )
    op.create_table(
        "runtime_inputs",
        sa.Column("runtime_id", TEXT, nullable=False),
        sa.Column("input_id", TEXT, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("durability", TEXT),
        sa.Column("idempotency_key", TEXT),
        sa.Column("attempt_count", sa.BigInteger(), nullable=False),
        sa.Column("recovery_count", sa.BigInteger(), nullable=False),
        sa.Column("detail", TEXT),
        sa.Column("last_run_id", TEXT),
        sa.Column("last_boundary_sequence", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("runtime_id", "input_id", name=op.f("pk_runtime_inputs")),
    )
    op.create_table(
        "receipts",
        sa.Column("runtime_id", TEXT, nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("boundary", TEXT, nullable=False),
        sa.Column("contributing_input_ids", TEXT, nullable=False),
        sa.Column("conversation_digest", TEXT),
        sa.Column("message_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("runtime_id", "owner", "sequence", name=op.f("pk_receipts")),
    )
    op.create_index(op.f("ix_receipts_owner_runtime_id_sequence"), "receipts", ["owner", "runtime_id", "sequence"])
    op.create_index(
        op.f("ix_receipts_owner_created_at_sequence_runtime_id"),
        "receipts",
        ["owner", "created_at", "sequence", "runtime_id"],
    )
    op.create_index(
        op.f("ix_receipts_runtime_id_created_at_owner_sequence"),
        "receipts",
        ["runtime_id", "created_at", "owner", "sequence"],
    )
    op.create_table(
        "receipt_heads",
        sa.Column("runtime_id", TEXT, nullable=False),
        sa.Column("owner", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("runtime_id", "owner", name=op.f("pk_receipt_heads")),
    )
    op.create_index(op.f("ix_receipt_heads_owner_runtime_id"), "receipt_heads", ["owner", "runtime_id"])
