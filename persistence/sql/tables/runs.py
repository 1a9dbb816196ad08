"""The tables, the same for SQLite and Postgres.

Times are microseconds since the epoch. Tags, metadata and answers are JSON text, so that numbers keep every digit.
Texts order by Unicode code point.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    FromClause,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects import postgresql

from runindex.domain.lifecycle import RunStatus
from runindex.domain.runs.changes import RunChangeKind
from runindex.domain.runs.retention import RetentionKind

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Code-point order: SQLite's default, and collation C in Postgres.
TextC: Final = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _one_of(column: str, values: type[RunStatus | RunChangeKind | RetentionKind], name: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(str(value)) for value in values)})", name=name)


def _partial_index(*columns: str, where: str) -> Index:
    return Index(None, *columns, sqlite_where=text(where), postgresql_where=text(where))


def _run_state() -> list[Column[object]]:
    """Return the columns that a run and its log entries share."""
    return [
        Column("incarnation", BigInteger, nullable=False),
        Column("version", Integer, nullable=False),
        Column("status", TextC, nullable=False),
        Column("name", TextC),
        # `str.lower` of the name, which nameContains searches.
        Column("name_folded", TextC),
        Column("tags", TextC, nullable=False),
        Column("metadata", TextC),
        Column("error", TextC),
        Column("created_at", BigInteger, nullable=False),
        Column("updated_at", BigInteger, nullable=False),
        Column("started_at", BigInteger),
        Column("finished_at", BigInteger),
        Column("outcome", TextC),
        Column("retention_kind", TextC, nullable=False),
        Column("retention_value", Integer),
        Column("parent_id", TextC),
        Column("plan_id", TextC),
        Column("dataset_id", TextC),
        Column("dataset_version", BigInteger),
        Column("target_type", TextC),
        Column("target_id", TextC),
        Column("total_items", Integer),
    ]


runs: Final = Table(
    "runs",
    METADATA,
    Column("id", TextC, primary_key=True),
    *_run_state(),
    Column("trace_id", TextC),
    # The text that searchRuns searches (runindex.domain.runs.search), without the status, and its number of words.
    Column("search_text", TextC, nullable=False),
    Column("search_words", Integer, nullable=False),
    _one_of("status", RunStatus, "status"),
    _one_of("retention_kind", RetentionKind, "retention_kind"),
    # Each list has an index in its order. Every move of a run updates all of them, so there is none without a list.
    _partial_index("created_at", "id", where="status <> 'ARCHIVED'"),
    Index(None, "status", "created_at", "id"),
    Index(None, "updated_at", "id"),
    Index(None, "finished_at", "id"),
    Index(None, "started_at", "id"),
    Index(None, "name", "id"),
    # As `duration_in` says it.
    Index("ix_runs_duration_id", text("(finished_at - coalesce(started_at, created_at))"), "id"),
    _partial_index("parent_id", "created_at", "id", where="parent_id IS NOT NULL"),
    _partial_index("plan_id", "created_at", "id", where="plan_id IS NOT NULL"),
    _partial_index("dataset_id", "created_at", "id", where="dataset_id IS NOT NULL"),
    _partial_index("trace_id", "created_at", "id", where="trace_id IS NOT NULL"),
    _partial_index("target_id", "created_at", "id", where="target_id IS NOT NULL"),
)


def duration_in(source: FromClause) -> ColumnElement[int]:
    """Return `Run.duration` of `runs`, or of an alias of it: an index has it, and no column."""
    return source.c.finished_at - func.coalesce(source.c.started_at, source.c.created_at)


run_tags: Final = Table(
    "run_tags",
    METADATA,
    Column("tag", TextC, primary_key=True),
    Column("created_at", BigInteger, primary_key=True),
    Column("run_id", TextC, primary_key=True),
    sqlite_with_rowid=False,
)

# Whoever knows a run knows when it was created, and finds its tags by the primary key. The index is for the release
# before, which may read beside this one.
Index(None, run_tags.c.run_id).ddl_if(dialect="postgresql")

# The log's only shard.
SHARD: Final = 0

changes: Final = Table(
    "changes",
    METADATA,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", TextC, nullable=False),
    Column("run_id", TextC, nullable=False),
    *_run_state(),
    # What the change overwrote (runindex.domain.runs.changes.Former). former_status and former_updated_at are null for
    # CREATED only; the others are read only where the kind says so (NAME, TAGS, METADATA) and may be null elsewhere.
    Column("former_status", TextC),
    Column("former_name", TextC),
    # `str.lower` of it.
    Column("former_name_folded", TextC),
    Column("former_tags", TextC),
    Column("former_metadata", TextC),
    Column("former_updated_at", BigInteger),
    Column("reason", TextC),
    Column("actor", TextC),
    Column("trace_id", TextC),
    # Written for STARTED only, when the run had been started before.
    Column("former_started_at", BigInteger),
    _one_of("kind", RunChangeKind, "kind"),
    UniqueConstraint("run_id", "incarnation", "version"),
    sqlite_with_rowid=False,
)

# One row per shard; today there is one shard. Its row lock, held to the commit, makes `seq` gapless and commit-ordered.
feed_head: Final = Table(
    "feed_head",
    METADATA,
    Column("shard", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False),
    Column("epoch", TextC, nullable=False),
    # What the clock of a SQLite file stood at (runindex.ports.clock.Reading); null elsewhere.
    Column("boot_id", TextC),
    Column("uptime", BigInteger),
    Column("clock_at", BigInteger),
)

# Counts that queries read instead of counting; moved in the batch that changes the runs.
status_counts: Final = Table(
    "status_counts",
    METADATA,
    Column("status", TextC, primary_key=True),
    Column("n", BigInteger, nullable=False),
)
tag_counts: Final = Table(
    "tag_counts",
    METADATA,
    Column("tag", TextC, primary_key=True),
    Column("n", BigInteger, nullable=False),
)

kept_answers: Final = Table(
    "kept_answers",
    METADATA,
    Column("actor", TextC, primary_key=True),
    Column("mutation", TextC, primary_key=True),
    Column("key", TextC, primary_key=True),
    Column("fingerprint", TextC, nullable=False),
    Column("answer", TextC, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "created_at"),
)
