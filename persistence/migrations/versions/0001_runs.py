"""Runs, their log, and the default run."""

import time
from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
STATUSES = "status IN ('ACTIVE', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED', 'ARCHIVED')"
RETENTION_KINDS = "retention_kind IN ('KEEP_ALL', 'KEEP_LATEST', 'KEEP_DURATION')"
CHANGE_KINDS = "kind IN ('CREATED', 'STARTED', 'STATUS', 'NAME', 'METADATA', 'TAGS', 'RETENTION', 'DELETED')"


def upgrade() -> None:
    """Create the tables, start the log, and create the default run as its first entry."""
    create_runs()
    create_log()
    create_counts()
    create_kept_answers()
    create_default_run()


def run_state() -> list[sa.Column[object]]:
    """Return the columns that a run and its log entries share."""
    return [
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("name", TEXT),
        sa.Column("name_folded", TEXT),
        sa.Column("tags", TEXT, nullable=False),
        sa.Column("metadata", TEXT),
        sa.Column("error", TEXT),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("outcome", TEXT),
        sa.Column("retention_kind", TEXT, nullable=False),
        sa.Column("retention_value", sa.Integer()),
        sa.Column("parent_id", TEXT),
        sa.Column("plan_id", TEXT),
        sa.Column("dataset_id", TEXT),
        sa.Column("dataset_version", sa.BigInteger()),
        sa.Column("target_type", TEXT),
        sa.Column("target_id", TEXT),
        sa.Column("total_items", sa.Integer()),
    ]


def create_runs() -> None:
    """Create the runs and their tags."""
    op.create_table(
        "runs",
        sa.Column("id", TEXT, nullable=False),
        *run_state(),
        sa.Column("search_text", TEXT, nullable=False),
        sa.Column("search_words", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.CheckConstraint(STATUSES, name=op.f("ck_runs_status")),
        sa.CheckConstraint(RETENTION_KINDS, name=op.f("ck_runs_retention_kind")),
    )
    create_partial_index("created_at", "id", where="status <> 'ARCHIVED'")
    op.create_index(op.f("ix_runs_status_created_at_id"), "runs", ["status", "created_at", "id"])
    op.create_index(op.f("ix_runs_updated_at_id"), "runs", ["updated_at", "id"])
    op.create_index(op.f("ix_runs_finished_at_id"), "runs", ["finished_at", "id"])
    for column in ("parent_id", "plan_id", "dataset_id"):
        create_partial_index(column, "created_at", "id", where=f"{column} IS NOT NULL")
    op.create_table(
        "run_tags",
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("tag", "created_at", "run_id", name=op.f("pk_run_tags")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_run_tags_run_id_tag"), "run_tags", ["run_id", "tag"])


def create_partial_index(*columns: str, where: str) -> None:
    """Create an index on those runs that meet a condition."""
    condition = sa.text(where)
    name = op.f(f"ix_runs_{'_'.join(columns)}")
    op.create_index(name, "runs", columns, sqlite_where=condition, postgresql_where=condition)


def create_log() -> None:
    """Create the log and its head."""
    op.create_table(
        "changes",
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        *run_state(),
        sa.Column("former_status", TEXT),
        sa.Column("former_name", TEXT),
        sa.Column("former_name_folded", TEXT),
        sa.Column("former_tags", TEXT),
        sa.Column("former_metadata", TEXT),
        sa.Column("former_updated_at", sa.BigInteger()),
        sa.Column("reason", TEXT),
        sa.Column("actor", TEXT),
        sa.PrimaryKeyConstraint("shard", "seq", name=op.f("pk_changes")),
        sa.CheckConstraint(CHANGE_KINDS, name=op.f("ck_changes_kind")),
        sa.UniqueConstraint("run_id", "incarnation", "version", name=op.f("uq_changes_run_id_incarnation_version")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed_head",
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("epoch", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_feed_head")),
    )


def create_counts() -> None:
    """Create the counts that queries read instead of counting."""
    for table, column in (("status_counts", "status"), ("tag_counts", "tag")):
        op.create_table(
            table,
            sa.Column(column, TEXT, nullable=False),
            sa.Column("n", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}")),
        )


def create_kept_answers() -> None:
    """Create the answers kept under idempotency keys."""
    op.create_table(
        "kept_answers",
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("mutation", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "mutation", "key", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_created_at"), "kept_answers", ["created_at"])


def create_default_run() -> None:
    """Start the log with the creation of the default run."""
    now = time.time_ns() // 1000
    run = {
        "incarnation": 1,
        "version": 1,
        "status": "ACTIVE",
        "tags": "[]",
        "created_at": now,
        "updated_at": now,
        "retention_kind": "KEEP_ALL",
    }
    # The search text is what runindex.domain.search makes of a run that has an id alone.
    insert("runs", {"id": "default", **run, "search_text": "\x01default\n", "search_words": 1})
    insert("changes", {"shard": 0, "seq": 1, "kind": "CREATED", "run_id": "default", **run})
    insert("feed_head", {"shard": 0, "n": 1, "floor": 0, "epoch": uuid4().hex})
    insert("status_counts", {"status": "ACTIVE", "n": 1})


def insert(table: str, row: dict[str, object]) -> None:
    """Insert one row."""
    op.get_bind().execute(sa.table(table, *map(sa.column, row)).insert(), row)
